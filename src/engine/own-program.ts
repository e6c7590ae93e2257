import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The root of the installed action: the directory that holds `dist/` or `src/`. */
function ownRoot(): { root: string; entries: string; extension: string } {
  const here = dirname(fileURLToPath(import.meta.url))
  // From the sources this file lies in src/engine/; in the bundle it lies in dist/ or dist/chunks/.
  if (import.meta.url.endsWith('.ts')) return { root: join(here, '../..'), entries: join(here, '..'), extension: 'ts' }
  const entries = basename(here) === 'chunks' ? dirname(here) : here
  return { root: dirname(entries), entries, extension: 'js' }
}

/** The command line that starts one of our own entries as a child process, from the bundle or from the sources. */
export function ownProgram(entry: 'cli' | 'smi'): [node: string, script: string] {
  return [process.execPath, ownEntry(entry)]
}

/** The file of one of our own entries, in the bundle or in the sources. */
export function ownEntry(entry: 'cli' | 'smi' | 'load-worker'): string {
  const { entries, extension } = ownRoot()
  return join(entries, `${entry}.${extension}`)
}

/** A file that ships beside the bundle, such as `matrices/demo.yaml`. */
export function ownFile(path: string): string {
  return join(ownRoot().root, path)
}
