import { constants, type Dirent } from 'node:fs'
import { open, readdir } from 'node:fs/promises'
import { join, relative } from 'node:path'
import type { ResultFile } from '../../record/collect.ts'
import { MAX_DOCUMENT_BYTES } from '../../record/document.ts'
import { ConfigurationError } from '../../record/problem.ts'

/** Results may come as `cells/<id>/result.json` or as one folder per artifact. */
const MAX_DEPTH = 8
/** 256 cells, several attempts each. */
const MAX_FILES = 2048
/** Directories and files looked at before giving up: raw records lie beside the results. */
const MAX_ENTRIES = 200_000

export interface FoundResults {
  files: ResultFile[]
  remarks: string[]
}

/**
 * Every `result.json` and `*.result.json` below a directory, paths relative to it. What a cell left there is hostile:
 * links are not followed, sizes are looked at before reading, depth and number are bounded and said when reached.
 * Throws {@link ConfigurationError} if the directory itself cannot be read.
 */
export async function findResultFiles(directory: string): Promise<FoundResults> {
  const paths: string[] = []
  const remarks: string[] = []
  const waiting = [{ path: directory, depth: 0 }]
  let looked = 0
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    const { path, depth } = next
    for (const entry of await list(path, depth === 0)) {
      if (++looked > MAX_ENTRIES || paths.length >= MAX_FILES) {
        remarks.push(`${directory}: only the first ${paths.length} result files were read`)
        waiting.length = 0
        break
      }
      const below = join(path, entry.name)
      if (entry.isDirectory() && depth < MAX_DEPTH) waiting.push({ path: below, depth: depth + 1 })
      else if (entry.isFile() && /^(?:.+\.)?result\.json$/.test(entry.name)) paths.push(below)
    }
  }
  const files: ResultFile[] = []
  for (const path of paths.sort()) files.push({ path: relative(directory, path), text: await readBounded(path) })
  return { files, remarks }
}

async function list(path: string, isRoot: boolean): Promise<Dirent[]> {
  try {
    return (await readdir(path, { withFileTypes: true })).sort((left, right) => (left.name < right.name ? -1 : 1))
  } catch (error) {
    // A folder that vanishes or is closed to us holds no result; the cell will be missing.
    if (!isRoot) return []
    const message = `cannot be read: ${(error as Error).message}`
    throw new ConfigurationError([{ file: path, field: '', message, hint: 'give the directory the results lie in' }], {
      cause: error,
    })
  }
}

/** The text of a file, or text that is no result and says why: the cell then stands as invalid, not as absent. */
async function readBounded(path: string): Promise<string> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW)
    try {
      const { size } = await file.stat()
      return size > MAX_DOCUMENT_BYTES ? `refused: ${size} bytes are too many` : await file.readFile('utf8')
    } finally {
      await file.close()
    }
  } catch (error) {
    return `refused: ${(error as Error).message}`
  }
}
