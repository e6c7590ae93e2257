import { constants, type Dirent } from 'node:fs'
import { open, readdir } from 'node:fs/promises'
import { join, relative } from 'node:path'
import type { RefusedFile, ResultFile } from '../../record/collect.ts'
import { MAX_DOCUMENT_BYTES } from '../../record/document.ts'
import { ConfigurationError } from '../../record/problem.ts'

/** Results may come as `cells/<id>/result.json` or as one folder per artifact. */
const MAX_DEPTH = 8
/** 256 cells, several attempts each. */
const MAX_FILES = 2048
/** Directories and files looked at before giving up: raw records lie beside the results. */
const MAX_ENTRIES = 200_000

/**
 * Of all results together, however many files there are; what does not fit counts as invalid. A result with every raw
 * item has some hundred kB, and what is parsed of it takes several times its text.
 */
export const MAX_RESULTS_BYTES = 512 * 1024 * 1024

/**
 * Hands every `result.json` and `*.result.json` below a directory to `read`, paths relative to it, one after another; no
 * text is kept. What a cell left there is hostile: links are not followed, sizes are looked at before reading, depth,
 * number and sum are bounded and said when reached. Throws {@link ConfigurationError} if the directory itself cannot be
 * read.
 */
export async function readResultFiles<T>(
  directory: string,
  read: (file: ResultFile | RefusedFile) => T,
  budgetBytes = MAX_RESULTS_BYTES,
): Promise<{ readings: T[]; remarks: string[] }> {
  const { paths, remarks } = await findResultFiles(directory)
  const readings: T[] = []
  let leftBytes = budgetBytes
  for (const path of paths) {
    const found = await readBounded(path, leftBytes, budgetBytes)
    if ('text' in found) leftBytes -= Buffer.byteLength(found.text)
    readings.push(read({ path: relative(directory, path), ...found }))
  }
  return { readings, remarks }
}

async function findResultFiles(directory: string): Promise<{ paths: string[]; remarks: string[] }> {
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
  return { paths: paths.sort(), remarks }
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

/** The text of a file, or why it is none: the cell then stands as invalid, not as absent. */
async function readBounded(
  path: string,
  leftBytes: number,
  budgetBytes: number,
): Promise<{ text: string } | { refused: string }> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW)
    try {
      const { size } = await file.stat()
      if (size > MAX_DOCUMENT_BYTES) return { refused: `${size} bytes, at most ${MAX_DOCUMENT_BYTES} are read` }
      if (size > leftBytes) return { refused: overBudget(budgetBytes) }
      return { text: await file.readFile('utf8') }
    } finally {
      await file.close()
    }
  } catch (error) {
    return { refused: (error as Error).message }
  }
}

/** Why a result was not read although nothing is wrong with it alone. */
export function overBudget(budgetBytes: number): string {
  return `all results together have more than ${budgetBytes} bytes, so this one was not read`
}
