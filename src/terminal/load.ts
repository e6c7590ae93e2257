import { randomInt } from 'node:crypto'
import { type Command, Option } from 'commander'
import { EXIT_CODES } from '../record/words.ts'
import type { LoadArguments } from './load-arguments.ts'
import { proveWritable, resultOptions, showResult } from './load-result.ts'
import type { Terminal } from './terminal.ts'

const EXAMPLES = `
Lengths: 512, uniform:LEAST-MOST, normal:MEAN,DEVIATION[,MOST] or
         lognormal:MEDIAN,SIGMA[,MOST].
Without --concurrency, --rate, --ramp and --trace: --concurrency 1,4,16.

Examples:
  crosschip load http://localhost:8000 --concurrency 1..64 --html load.html
  crosschip load http://localhost:8000 --rate 2,4,8 --slo ttft=2000,tpot=80
  crosschip load http://localhost:8000 --turns 6 --think 2 --concurrency 8
  crosschip load http://localhost:8000 --trace mooncake.jsonl --trace-speed 2
On two hosts at the same time, then on one with the files of both:
  crosschip load http://server:8000 --rate 800 --seed 7 --host-share 1/2 --raw 1.jsonl
  crosschip load http://server:8000 --rate 800 --seed 7 --host-share 2/2 --raw 2.jsonl
  crosschip summarise 1.jsonl 2.jsonl

Exit code: 0 when a load point can be used (wholly or but for its tails), 2 for
a wrong option, 3 when none can or the server is not usable, 130 interrupted.`

export function registerLoad(program: Command, terminal: Terminal): void {
  const command = program
    .command('load')
    .description('put load on an OpenAI-compatible server and say how fast it is')
    .argument('<url>', 'address of the server, for example http://localhost:8000')
  optionsOfTheServer(command)
  optionsOfTheWorkload(command)
  optionsOfTheArrivals(command)
  command.optionsGroup('Result:').option('--raw <file>', 'write the times of every request there, one JSON line each')
  resultOptions(command)
  command.addHelpText('after', EXAMPLES).action(async (url: string, given: LoadArguments) => {
    const { readLoadArguments, SEED_BOUND } = await import('./load-arguments.ts')
    const options = readLoadArguments(url, given, process.env, () => randomInt(SEED_BOUND))
    if (given.html !== undefined) await proveWritable(given.html)
    const { NoUsableServer, runLoad } = await import('../commands/load.ts')
    try {
      await showResult(await runLoad(options, terminal), given, terminal)
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
    .option('--model <name>', 'name to ask for (default: the first that the server lists)')
    .option('--api-key-variable <name>', 'environment variable that holds the API key')
    .option('--devices <n>', 'devices of the server, for throughput per device')
    .option('--metrics-url <url>', 'where the server shows its metrics (default: /metrics)')
    .option('--proxy <url>', 'HTTP proxy to go through')
    .option('--ca <file>', 'certificate authority to trust besides the public ones, PEM')
    .addOption(defaulting('--timeout <seconds>', 'a request that takes longer has failed', '600'))
}

function optionsOfTheWorkload(command: Command): void {
  command
    .optionsGroup('What is sent:')
    .option('--input-tokens <length>', 'tokens of each prompt, chat template included (default: 512)')
    .option('--output-tokens <length>', 'tokens of each answer (default: 64)')
    .option('--turns <n>', 'conversations of so many turns')
    .option('--next-input-tokens <length>', 'with --turns: what each later turn adds (default: 64)')
    .option('--think <seconds>', 'with --turns: mean pause before each later turn (default: 0)')
    .option('--tools <n>', 'with --turns: an agent that has so many tools and calls one each turn')
    .option('--tool-result-tokens <length>', 'with --tools: what a tool gives (default: 256)')
    .option('--tool-time <seconds>', 'with --tools: mean time that a tool takes (default: 0)')
    .option('--prefix-tokens <n>', 'let prompts share a beginning of so many tokens')
    .option('--prefix-groups <n>', 'with --prefix-tokens: number of different beginnings (default: 1)')
    .option('--dataset <file>', 'conversations from a file: ShareGPT or {"messages": …}, JSON or lines')
    .option('--trace <file>', 'timestamps and lengths from a file: Mooncake, lines of JSON')
    .option('--sha256 <digest>', 'with --dataset or --trace: what the file must be')
    .option('--tokenizer <path>', "the model's tokenizer.json (default: the server is asked to count)")
    .option('--seed <n>', 'fixes prompts, lengths and arrival times (default: another each time, which is told)')
}

function optionsOfTheArrivals(command: Command): void {
  command
    .optionsGroup('When it is sent:')
    .option('--concurrency <list>', 'requests in flight, one load point each: 1,4,16, or 1..64 by doubling')
    .option('--requests <n>', 'with --concurrency: measured requests for each unit of it (default: 8)')
    .option('--rate <list>', 'requests a second whatever the server does, one load point each')
    .option('--ramp <from:to>', 'a rate that changes linearly')
    .option('--arrival <law>', 'with --rate, --ramp: poisson, gamma or constant (default: poisson)')
    .option('--burstiness <shape>', 'with --arrival gamma: below 1 bursts, above 1 is smoother (default: 1)')
    .option('--duration <seconds>', 'with --rate, --ramp: requests begin for so long (default: 30)')
    .option('--trace-speed <factor>', 'with --trace: play it so many times as fast (default: 1)')
    .option('--max-concurrency <n>', 'with --rate, --ramp, --trace: most connections (default: 1024)')
    .addOption(defaulting('--warmup <n>', 'requests before each load point, times its concurrency, not measured', '1'))
    .option('--no-repeat', 'do not measure the first load point again at the end')
    .addOption(defaulting('--threads <n>', 'threads that share the load; auto: as the self-test says', 'auto'))
    .option('--host-share <i/n>', 'take the i-th of n parts of the load, other hosts take the others')
}

/** Commander would show the default in quotes, unlike those that depend on other options. */
function defaulting(flags: string, description: string, value: string): Option {
  return new Option(flags, description).default(value, value)
}
