import { writeFile } from 'node:fs/promises'
import type { Command } from 'commander'
import type { LoadResult } from '../commands/load.ts'
import { ConfigurationError } from '../record/problem.ts'
import { EXIT_CODES } from '../record/words.ts'
import { type LoadArguments, readLoadArguments } from './load-arguments.ts'
import type { Terminal } from './terminal.ts'

export function registerLoad(program: Command, terminal: Terminal): void {
  const command = program
    .command('load')
    .description('put load on an OpenAI-compatible server and say how fast it is')
    .argument('<url>', 'address of the server, for example http://localhost:8000')
  optionsOfTheServer(command)
  optionsOfTheWorkload(command)
  optionsOfTheArrivals(command)
  optionsOfTheResult(command)
  command
    .addHelpText(
      'after',
      `
Lengths: 512, uniform:256-1024, normal:MEAN,DEVIATION[,MOST], lognormal:MEDIAN,SIGMA[,MOST].
Without --concurrency, --rate, --ramp and --trace: --concurrency 1,4,16.

Examples:
  crosschip load http://localhost:8000 --input-tokens 1024 --concurrency 1..64 --html load.html
  crosschip load http://localhost:8000 --rate 2,4,8 --duration 60 --slo ttft=2000,tpot=80
  crosschip load http://localhost:8000 --turns 6 --think 2 --concurrency 8
  crosschip load http://localhost:8000 --trace mooncake.jsonl --trace-speed 2 --tokenizer tokenizer.json`,
    )
    .action(async (url: string, given: LoadArguments) => {
      const options = readLoadArguments(url, given, process.env)
      if (given.html !== undefined) await proveWritable(given.html)
      const { NoUsableServer, runLoad } = await import('../commands/load.ts')
      try {
        const result = await runLoad(options, terminal)
        if (given.html !== undefined) await writePage(given.html, result)
        terminal.print(given.json ? JSON.stringify(result.report, null, 2) : await table(result))
        terminal.exit(exitCodeOf(result))
      } catch (error) {
        if (!(error instanceof NoUsableServer)) throw error
        terminal.progress.note(error.message)
        terminal.exit(EXIT_CODES.incomplete)
      }
    })
}

function optionsOfTheServer(command: Command): void {
  command
    .optionsGroup('Server:')
    .option('--model <name>', 'name to ask for; without it the first that the server lists')
    .option('--api-key-variable <name>', 'environment variable that holds the API key')
    .option('--devices <n>', 'devices of the server, for throughput per device')
    .option('--metrics-url <url>', "where the server shows its metrics, when that is not the server's /metrics")
    .option('--proxy <url>', 'HTTP proxy to go through')
    .option('--ca <file>', 'certificate authority to trust besides the public ones, PEM')
    .option('--timeout <seconds>', 'a request that takes longer has failed', '600')
}

function optionsOfTheWorkload(command: Command): void {
  command
    .optionsGroup('What is sent:')
    .option('--input-tokens <length>', 'tokens of each prompt, chat template included', '512')
    .option('--output-tokens <length>', 'tokens of each answer (default: 64)')
    .option('--turns <n>', 'conversations of so many turns')
    .option('--next-input-tokens <length>', 'what each later turn adds (default: 64)')
    .option('--think <seconds>', 'mean pause before each later turn (default: 0)')
    .option('--tools <n>', 'with --turns: an agent that offers so many tools and calls one each turn')
    .option('--tool-result-tokens <length>', 'what a tool gives (default: 256)')
    .option('--tool-time <seconds>', 'mean time that a tool takes (default: 0)')
    .option('--prefix-tokens <n>', 'let prompts share a beginning of so many tokens')
    .option('--prefix-groups <n>', 'number of different beginnings (default: 1)')
    .option('--dataset <file>', 'conversations from a file (ShareGPT-like or {"messages": …}, JSON or JSON lines)')
    .option('--trace <file>', 'timestamps and lengths from a file (Mooncake-like, JSON lines)')
    .option('--sha256 <digest>', 'what the file must be')
    .option('--tokenizer <path>', "the model's tokenizer.json, to count tokens here instead of asking the server")
    .option('--seed <n>', 'fixes prompts, lengths and arrival times', '1')
}

function optionsOfTheArrivals(command: Command): void {
  command
    .optionsGroup('When it is sent:')
    .option('--concurrency <list>', 'requests in flight, one load point each: 1,4,16, or 1..64 by doubling')
    .option('--requests <n>', 'with --concurrency: measured requests for each unit of it', '8')
    .option('--rate <list>', 'requests a second whatever the server does, one load point each')
    .option('--ramp <from:to>', 'a rate that changes linearly')
    .option('--arrival <law>', 'with --rate or --ramp: poisson, gamma or constant (default: poisson)')
    .option('--burstiness <shape>', 'of --arrival gamma: below 1 bursts, above 1 is smoother')
    .option('--duration <seconds>', 'with --rate or --ramp: requests begin for so long', '30')
    .option('--trace-speed <factor>', 'with --trace: play it so many times as fast (default: 1)')
    .option('--max-concurrency <n>', 'with --rate, --ramp or --trace: connections open at once (default: 1024)')
    .option('--warmup <n>', 'requests before each load point for each unit of concurrency, not measured', '1')
    .option('--no-repeat', 'do not measure the first load point again at the end')
    .option('--threads <n>', 'threads that share the load; auto: as the self-test says', 'auto')
    .option('--host-share <i/n>', 'take the i-th of n parts of the load: the other hosts take the others')
}

function optionsOfTheResult(command: Command): void {
  command
    .optionsGroup('Result:')
    .option('--slo <bounds>', 'for goodput: ttft=MS,tpot=MS,e2el=MS')
    .option('--compat <peers>', 'also print the numbers by the definitions of vllm, sglang, aiperf, aisbench')
    .option('--raw <file>', 'write the times of every request there, one line of JSON each')
    .option('--html <file>', 'write a page with pictures there')
    .option('--json', 'print the result as JSON')
}

/** Numbers that may be used exist, or they do not. */
function exitCodeOf({ report }: LoadResult): number {
  if (report.interrupted) return EXIT_CODES.interrupted
  const usable = report.points.some((point) => point.invalid.every(({ voids }) => voids === 'tails'))
  return usable ? EXIT_CODES.pass : EXIT_CODES.incomplete
}

async function table({ report }: LoadResult): Promise<string> {
  const { formatLoadTable } = await import('./load-table.ts')
  return formatLoadTable(report)
}

async function writePage(path: string, { report, pictures }: LoadResult): Promise<void> {
  const { renderLoadPage } = await import('../report/load-page/page.ts')
  await writeFile(path, renderLoadPage(report, pictures))
}

async function proveWritable(path: string): Promise<void> {
  try {
    await writeFile(path, '')
  } catch (error) {
    const message = `cannot be written: ${(error as Error).message}`
    throw new ConfigurationError([{ file: path, field: '--html', message }], { cause: error })
  }
}
