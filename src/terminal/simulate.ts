import type { Command } from 'commander'
import { METRICS_DIALECTS, type SimulatorSettings } from '../engine/simulator/options.ts'
import { ConfigurationError, type Problem } from '../record/problem.ts'
import { ENCODINGS, EXIT_CODES } from '../record/words.ts'
import type { Terminal } from './terminal.ts'

interface SimulateArguments {
  endWithParent?: boolean
  port: string
  model: string
  encoding: string
  seed: string
  sessionSeed: string
  ttftMs: string
  itlMs: string
  scatter: string
  deviceScatter: string
  reasoningField: string
  metricsDialect: string
  contextTokens: string
  fault: string[]
  listFaults?: boolean
}

const REASONING_FIELDS = ['reasoning', 'reasoning_content'] as const

const PARENT_LOOK_EVERY_MS = 500

export function registerSimulate(program: Command, terminal: Terminal): void {
  program
    .command('simulate')
    .description('serve the built-in engine simulator: an OpenAI-compatible DeepSeek V4 server without a device')
    .option('--port <n>', 'port on 127.0.0.1; 0 takes a free one', '0')
    .option('--model <name>', 'name of the model it serves', 'simulated-v4')
    .option('--encoding <generation>', `prompt encoding: ${ENCODINGS.join(', ')}`, 'v4-0731')
    .option('--seed <n>', 'seed of the model: its answers and numbers', '1')
    .option('--session-seed <n>', 'seed of this server start: its speed and small differences', '1')
    .option('--ttft-ms <ms>', 'time to first token of a short prompt', '60')
    .option('--itl-ms <ms>', 'time between tokens', '8')
    .option('--scatter <share>', 'standard deviation of speed between server starts', '0.005')
    .option('--device-scatter <logits>', "standard deviation from another device's logits", '0')
    .option('--reasoning-field <name>', 'reasoning or reasoning_content', 'reasoning')
    .option('--metrics-dialect <engine>', `whose metrics and times it shows: ${METRICS_DIALECTS.join(', ')}`, 'vllm')
    .option('--context-tokens <n>', 'longest prompt and answer together', '65536')
    .option('--fault <name>', 'switch a fault on (repeatable)', (value, before: string[]) => [...before, value], [])
    .option('--end-with-parent', 'stop when the process that started it is gone, however it ended')
    .option('--list-faults', 'print every fault with its meaning')
    .addHelpText('after', '\nExample:\n  crosschip simulate --port 8000 --fault slow-decode --fault wrong-usage')
    .action(async (given: SimulateArguments) => {
      const { faultList, faultProblems, simulate } = await import('../commands/simulate.ts')
      if (given.listFaults) {
        for (const line of faultList()) terminal.print(line)
        return
      }
      const settings = readSettings(given, faultProblems(given.fault))
      const onListening = (url: string) => terminal.print(url)
      const signal = given.endWithParent ? AbortSignal.any([terminal.signal, parentGone()]) : terminal.signal
      const end = await simulate({ settings, onListening, signal }).catch((error) => {
        throw portProblem(error, given.port) ?? error
      })
      if (end === 'died') {
        terminal.progress.note('a fault ended the simulated engine')
        terminal.exit(EXIT_CODES.fail)
      }
    })
}

/** A process that was killed cannot stop its servers; its children get another parent, and that can be seen. */
function parentGone(): AbortSignal {
  const controller = new AbortController()
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid !== parent) controller.abort('its parent is gone')
  }, PARENT_LOOK_EVERY_MS)
  timer.unref()
  return controller.signal
}

function readSettings(given: SimulateArguments, found: readonly Problem[]): SimulatorSettings {
  const problems = [...found]
  const refuse = (field: string, message: string, hint?: string) =>
    problems.push({ file: 'command line', field, message, hint })
  const number = (field: string, text: string, least: number, most: number, whole: boolean): number => {
    const value = (whole ? /^\d{1,15}$/ : /^\d{1,9}(\.\d{1,9})?$/).test(text) ? Number(text) : Number.NaN
    if (!(value >= least && value <= most))
      refuse(field, `${JSON.stringify(text)} is not a ${whole ? 'whole ' : ''}number from ${least} to ${most}`)
    return value
  }
  const oneOf = <T extends string>(field: string, text: string, words: readonly T[]): T => {
    if (!words.includes(text as T)) refuse(field, `${JSON.stringify(text)} is none of ${words.join(', ')}`)
    return text as T
  }
  const settings: SimulatorSettings = {
    port: number('--port', given.port, 0, 65_535, true),
    model: given.model,
    encoding: oneOf('--encoding', given.encoding, ENCODINGS),
    modelSeed: number('--seed', given.seed, 0, 2 ** 32 - 1, true),
    sessionSeed: number('--session-seed', given.sessionSeed, 0, 2 ** 32 - 1, true),
    timing: {
      ttftMs: number('--ttft-ms', given.ttftMs, 0, 60_000, false),
      itlMs: number('--itl-ms', given.itlMs, 0.01, 10_000, false),
      sessionScatter: number('--scatter', given.scatter, 0, 0.5, false),
    },
    deviceScatter: number('--device-scatter', given.deviceScatter, 0, 10, false),
    reasoningField: oneOf('--reasoning-field', given.reasoningField, REASONING_FIELDS),
    metricsDialect: oneOf('--metrics-dialect', given.metricsDialect, METRICS_DIALECTS),
    contextTokens: number('--context-tokens', given.contextTokens, 16, 1_048_576, true),
    faults: given.fault,
  }
  if (problems.length > 0) throw new ConfigurationError(problems)
  return settings
}

function portProblem(error: unknown, port: string): ConfigurationError | null {
  const code = (error as NodeJS.ErrnoException).code
  if (code !== 'EADDRINUSE' && code !== 'EACCES') return null
  const message = code === 'EADDRINUSE' ? `${port} is taken by another process` : `${port} may not be opened`
  return new ConfigurationError([{ file: 'command line', field: '--port', message, hint: 'use --port 0' }])
}
