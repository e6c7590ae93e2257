import { randomUUID } from 'node:crypto'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type CellResult, cellResultSchema } from '../../record/cell-result.ts'
import { formatDocument } from '../../record/document.ts'

/** Where a cell's result lies under the output directory. */
export function resultPath(out: string, cell: string): string {
  return join(out, 'cells', cell, 'result.json')
}

/**
 * Writes `result.json`, whole or not at all: a reader never sees half a file. A result that our own schema refuses is a
 * bug of ours; it is kept beside for the bug report, and a valid result that says so is written in its place.
 */
export async function writeResult(out: string, result: CellResult): Promise<string> {
  const path = resultPath(out, result.cell)
  await mkdir(dirname(path), { recursive: true })
  const checked = cellResultSchema.safeParse(result)
  if (checked.success) {
    await writeWhole(path, formatDocument(result))
    return path
  }
  const [issue] = checked.error.issues
  await writeWhole(join(dirname(path), 'result.invalid.json'), formatDocument(result))
  const message = `our own result did not fit its schema: ${issue?.path.join('.')}: ${issue?.message}`
  const end = { state: 'infrastructure', stage: 'write', side: null, message } as const
  await writeWhole(path, formatDocument({ ...result, end, arms: [], remarks: [] }))
  return path
}

async function writeWhole(path: string, text: string): Promise<void> {
  // A name of its own: two writers that share one would rename each other's file away.
  const partial = `${path}.${randomUUID()}.partial`
  try {
    await writeFile(partial, text)
    await rename(partial, path)
  } catch (error) {
    await rm(partial, { force: true })
    throw error
  }
}
