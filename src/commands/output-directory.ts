import { randomUUID } from 'node:crypto'
import { access, mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { ConfigurationError } from '../record/problem.ts'

/**
 * Makes the directory and proves that it can be written, before hours of measuring depend on it. Throws
 * {@link ConfigurationError}. Level by level, since Node's recursive mkdir never returns below /proc.
 */
export async function prepareOutputDirectory(directory: string): Promise<void> {
  const probe = join(resolve(directory), `.crosschip-${randomUUID()}`)
  try {
    await makeLevels(resolve(directory))
    await writeFile(probe, '')
    await rm(probe)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const hint = 'name another directory with --out'
    throw new ConfigurationError(
      [{ file: directory, field: '', message: `cannot be written: ${code ?? message}`, hint }],
      {
        cause: error,
      },
    )
  }
}

async function makeLevels(directory: string): Promise<void> {
  const missing: string[] = []
  for (let level = directory; !(await exists(level)); level = dirname(level)) missing.unshift(level)
  for (const level of missing) {
    await mkdir(level).catch((error: NodeJS.ErrnoException) => {
      // Cells that start together may share an output directory.
      if (error.code !== 'EEXIST') throw error
    })
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
