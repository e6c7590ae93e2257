import type { Command } from 'commander'
import type { LoadReport } from '../commands/load.ts'
import { EXIT_CODES } from '../record/words.ts'
import { type LoadArguments, readLoadArguments } from './load-arguments.ts'
import type { Terminal } from './terminal.ts'

export function registerLoad(program: Command, terminal: Terminal): void {
  program
    .command('load')
    .description('put load on an OpenAI-compatible server and say how fast it is')
    .argument('<url>', 'address of the server, for example http://localhost:8000')
    .option('--model <name>', 'name to ask for; without it the first that the server lists')
    .option('--input-tokens <n>', 'tokens of each prompt, chat template included', '512')
    .option('--output-tokens <n>', 'tokens of each answer', '64')
    .option('--concurrency <list>', 'requests in flight, one load point each', '1,4,16')
    .option('--requests <n>', 'measured requests for each unit of concurrency', '8')
    .option('--warmup <n>', 'requests before them for each unit of concurrency, not measured', '1')
    .option('--seed <n>', 'fixes the prompts', '1')
    .option('--timeout <seconds>', 'a request that takes longer has failed', '600')
    .option('--api-key-variable <name>', 'environment variable that holds the API key')
    .option('--raw <file>', 'write the times of every request there, one line of JSON each')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', '\nExample:\n  crosschip load http://localhost:8000 --input-tokens 1024 --concurrency 1,8,32')
    .action(async (url: string, given: LoadArguments) => {
      const options = readLoadArguments(url, given, process.env)
      const { NoUsableServer, runLoad } = await import('../commands/load.ts')
      try {
        const report = await runLoad(options, terminal)
        terminal.print(given.json ? JSON.stringify(report, null, 2) : await table(report))
        terminal.exit(exitCodeOf(report))
      } catch (error) {
        if (!(error instanceof NoUsableServer)) throw error
        terminal.progress.note(error.message)
        terminal.exit(EXIT_CODES.incomplete)
      }
    })
}

/** Numbers that may be used exist, or they do not. */
function exitCodeOf(report: LoadReport): number {
  if (report.interrupted) return EXIT_CODES.interrupted
  return report.points.some((point) => point.invalid.length === 0) ? EXIT_CODES.pass : EXIT_CODES.incomplete
}

async function table(report: LoadReport): Promise<string> {
  const { formatLoadTable } = await import('./load-table.ts')
  return formatLoadTable(report)
}
