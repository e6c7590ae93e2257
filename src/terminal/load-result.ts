import { open, writeFile } from 'node:fs/promises'
import type { Command } from 'commander'
import type { LoadResult } from '../commands/load.ts'
import { ConfigurationError } from '../record/problem.ts'
import { EXIT_CODES } from '../record/words.ts'
import type { ResultArguments } from './result-arguments.ts'
import type { Terminal } from './terminal.ts'

/* How `load` and `summarise` give their result. */

export function resultOptions(command: Command): void {
  command
    .optionsGroup('Result:')
    .option('--slo <bounds>', 'for goodput: ttft=MS,tpot=MS,e2el=MS')
    .option('--compat <peers>', 'also print the numbers as vllm, sglang, aiperf, aisbench define them')
    .option('--html <file>', 'write a page with pictures there')
    .option('--json', 'print the result as JSON')
}

/** Throws ConfigurationError: better before the work than after it. What the file holds is left as it is. */
export async function proveWritable(path: string): Promise<void> {
  try {
    await (await open(path, 'a')).close()
  } catch (error) {
    const message = `cannot be written: ${(error as Error).message}`
    throw new ConfigurationError([{ file: path, field: '--html', message }], { cause: error })
  }
}

/** Prints the result and sets the exit code: numbers that may be used exist, or they do not. */
export async function showResult(
  { report, pictures }: LoadResult,
  given: Pick<ResultArguments, 'html' | 'json'>,
  terminal: Terminal,
): Promise<void> {
  if (given.json) {
    terminal.print(JSON.stringify(report, null, 2))
  } else {
    const { formatLoadTable } = await import('./load-table.ts')
    terminal.print(formatLoadTable(report))
  }
  if (given.html !== undefined) {
    const { renderLoadPage } = await import('../report/load-page/page.ts')
    await writeFile(given.html, renderLoadPage(report, pictures))
    terminal.progress.note(`page: ${given.html}`)
  }
  if (terminal.signal.aborted) return terminal.exit(EXIT_CODES.interrupted)
  const usable = report.points.some((point) => point.invalid.every(({ voids }) => voids === 'tails'))
  terminal.exit(usable ? EXIT_CODES.pass : EXIT_CODES.incomplete)
}
