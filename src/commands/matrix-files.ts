import { readFile, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Located } from '../matrix/read.ts'
import type { Matrix } from '../matrix/schema.ts'
import { MAX_SOURCE_BYTES } from '../matrix/yaml-source.ts'
import type { Problem } from '../record/problem.ts'

/** Reading matrix and runners files from disk. */

export type TextReading = { state: 'read'; text: string } | { state: 'unreadable'; problem: Problem }

/** Never throws for what a person can mend. Larger files are refused unread. */
export async function readText(file: string): Promise<TextReading> {
  const problem = (message: string, hint?: string): TextReading => ({
    state: 'unreadable',
    problem: { file, field: '', message, hint },
  })
  try {
    const found = await stat(file)
    if (!found.isFile()) return problem('is not a file')
    if (found.size > MAX_SOURCE_BYTES) return problem(`${found.size} bytes, more than ${MAX_SOURCE_BYTES}`)
    return { state: 'read', text: await readFile(file, 'utf8') }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    return code === 'ENOENT' ? problem('no such file', 'check the path') : problem(`cannot be read: ${message}`)
  }
}

/** Pools live beside the matrix files unless said otherwise. */
export function defaultRunnersFile(matrixFile: string): string {
  return join(dirname(matrixFile), 'runners.yaml')
}

/** Names of the simulator's faults, loaded only where a matrix uses one. */
export async function knownFaults(matrices: readonly Located<Matrix>[]): Promise<readonly string[]> {
  const used = matrices.some(({ document }) =>
    Object.values(document.engines).some(
      (engine) => engine.kind === 'simulated' && [engine, ...(engine.cases ?? [])].some((each) => each.faults?.length),
    ),
  )
  return used ? allFaults() : []
}

/** Names of the simulator's faults. */
export async function allFaults(): Promise<readonly string[]> {
  const { FAULTS } = await import('../engine/simulator/faults/registry.ts')
  return FAULTS.map((fault) => fault.name)
}
