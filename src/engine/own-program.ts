import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * The command line that starts one of our own entries as a child process: `dist/cli.js` from the bundle, whichever
 * chunk this code was put into, and `src/cli.ts` from the sources.
 */
export function ownProgram(entry: 'cli' | 'smi'): [string, string] {
  const here = fileURLToPath(import.meta.url)
  if (here.endsWith('.ts')) return [process.execPath, join(dirname(here), '..', `${entry}.ts`)]
  const directory = dirname(here)
  const dist = directory.endsWith('chunks') ? dirname(directory) : directory
  return [process.execPath, join(dist, `${entry}.js`)]
}
