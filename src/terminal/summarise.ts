import type { Command } from 'commander'
import { proveWritable, resultOptions, showResult } from './load-result.ts'
import type { ResultArguments } from './result-arguments.ts'
import type { Terminal } from './terminal.ts'

const EXAMPLES = `
Each file holds whole load points, or the share of one host (load --host-share).
Shares of the same load point become one; its time is that of the host that took
longest, since all hosts must begin together.

Examples:
  crosschip summarise 1.jsonl 2.jsonl --html load.html
  crosschip summarise load.jsonl --slo ttft=500,tpot=40 --compat vllm
  crosschip summarise crosschip-out/cells/CELL/requests/*-pair0-head.jsonl

Exit code: 0 when a load point can be used (wholly or but for its tails), 2 for
a wrong option or file, 3 when none can.`

/** `summarise`: from raw records to the result of `load`. */
export function registerSummarise(program: Command, terminal: Terminal): void {
  const command = program
    .command('summarise')
    .description('derive the result of load again from raw records, of one host or of several')
    .argument('<file...>', 'raw records, as load --raw and run write them')
  resultOptions(command)
  command
    .option('--devices <n>', 'devices of the server, for throughput per device')
    .addHelpText('after', EXAMPLES)
    .action(async (files: string[], given: ResultArguments) => {
      const { ArgumentReader } = await import('./argument-reader.ts')
      const { readResultArguments } = await import('./result-arguments.ts')
      const read = new ArgumentReader()
      const options = { files, ...readResultArguments(given, read) }
      if (given.html !== undefined && files.includes(given.html))
        read.refuse('--html', `${given.html} is read, it must not be written`)
      read.finish()
      if (given.html !== undefined) await proveWritable(given.html)
      const { summarise } = await import('../commands/summarise.ts')
      await showResult(await summarise(options), given, terminal)
    })
}
