import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { rolldown } from 'rolldown'

/**
 * Builds `dist/` from `src/`: ES modules, four entries, shared chunks named by content hash, so that two builds of
 * one tree are byte for byte the same. Only the entries have stable names.
 */
const OUTPUT_DIRECTORY = 'dist'

await rm(OUTPUT_DIRECTORY, { recursive: true, force: true })
const bundle = await rolldown({
  input: {
    action: 'src/action.ts',
    cli: 'src/cli.ts',
    'load-worker': 'src/load-worker.ts',
    smi: 'src/smi.ts',
  },
  platform: 'node',
  resolve: { conditionNames: ['node', 'import', 'module', 'default'], symlinks: false },
})
await bundle.write({
  dir: OUTPUT_DIRECTORY,
  format: 'esm',
  minify: true,
  entryFileNames: '[name].js',
  chunkFileNames: 'chunks/[name]-[hash].js',
})
await bundle.close()
for (const name of (await readdir(OUTPUT_DIRECTORY, { recursive: true })).sort())
  console.log(join(OUTPUT_DIRECTORY, name))
