import { type Command, InvalidArgumentError, Option } from 'commander'
import { ConfigurationError } from '../record/problem.ts'
import { ENCODINGS, type Encoding, EXIT_CODES } from '../record/words.ts'
import type { Terminal } from './terminal.ts'

interface Options {
  model?: string
  families?: string[]
  seed: number
  items: number
  concurrency: number
  requestTimeout?: number
  encoding: Encoding
  apiKeyVariable?: string
  json?: boolean
}

const EXAMPLES = `
Examples:
  crosschip check http://127.0.0.1:8000
  crosschip check http://127.0.0.1:8000/v1 --model deepseek-v4-flash --families P,N --json
  crosschip check https://server.example --api-key-variable SERVER_KEY --items 50

Exit code: 0 when all that could be judged passed, 1 when something failed, 2 for a wrong option; else 3 when the server
cannot be reached or leaves a check without an answer. What the server cannot do is counted as not exercised.`

/** `check`: the correctness checks against any OpenAI-compatible URL. */
export function registerCheck(program: Command, terminal: Terminal): void {
  program
    .command('check')
    .description('run the correctness checks against an OpenAI-compatible server')
    .argument('<url>', 'address of the server, with or without /v1')
    .option('--model <name>', 'model to ask for (default: the first of /v1/models)')
    .option('--families <letters>', 'families of checks, for example P,R,N (default: all)', families)
    .option('--seed <n>', 'seed of everything that is generated', wholeNumber(0, 2 ** 32 - 1), 1)
    .option('--items <n>', 'number of arithmetic items', wholeNumber(1, 5000), 200)
    .option('--concurrency <n>', 'most requests in flight at once', wholeNumber(1, 1024), 32)
    .option('--request-timeout <seconds>', 'longest wait for one answer', wholeNumber(1, 3600))
    .addOption(new Option('--encoding <name>', 'prompt encoding').choices([...ENCODINGS]).default(ENCODINGS[1]))
    .option('--api-key-variable <name>', 'environment variable that holds the API key')
    .option('--json', 'print the whole result as JSON')
    .addHelpText('after', EXAMPLES)
    .action(async (url: string, options: Options) => {
      const { runCheck } = await import('../commands/check.ts')
      const { requestTimeout, apiKeyVariable, json, ...rest } = options
      const apiKey = apiKeyVariable === undefined ? undefined : keyFrom(apiKeyVariable)
      const requestTimeoutMs = requestTimeout === undefined ? undefined : requestTimeout * 1000
      const outcome = await runCheck({ url, ...rest, apiKey, requestTimeoutMs }, terminal)
      if (outcome.state === 'unreachable') {
        terminal.progress.note(`nothing could be judged: ${outcome.message} (${outcome.mend})`)
        return terminal.exit(EXIT_CODES.incomplete)
      }
      const { outcomeOf } = await import('../suites/correctness/outcome.ts')
      const verdict = outcomeOf(outcome.correctness)
      if (json) {
        const { formatDocument } = await import('../record/document.ts')
        const { url, model, correctness } = outcome
        const document = { schema: 'crosschip.check/1', url, model, outcome: verdict, correctness }
        terminal.print(formatDocument(document).trimEnd())
      } else {
        const { checksAsText } = await import('../suites/correctness/text.ts')
        terminal.print(checksAsText(outcome.correctness, { colour: terminal.interactive }))
      }
      terminal.exit(EXIT_CODES[verdict])
    })
}

function families(text: string): string[] {
  return text.split(',').map((letter) => letter.trim().toUpperCase())
}

function wholeNumber(lowest: number, highest: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (/^\d+$/.test(text) && value >= lowest && value <= highest) return value
    throw new InvalidArgumentError(`must be a whole number from ${lowest} to ${highest}.`)
  }
}

/** The key itself never stands on a command line, where others on the machine could read it. */
function keyFrom(variable: string): string {
  const value = process.env[variable]
  if (value) return value
  throw new ConfigurationError([
    { file: '--api-key-variable', field: '', message: `the environment variable ${variable} is not set or empty` },
  ])
}
