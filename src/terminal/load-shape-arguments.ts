import type { Lengths, Slo, Workload } from '../plan/load.ts'
import { type ArgumentReader, shown } from './argument-reader.ts'
import { readLengths, usualLeast } from './length-argument.ts'

/** The options of `load` that say what is sent, as the command line gives them. */
export interface LoadShapeArguments {
  inputTokens?: string
  outputTokens?: string
  turns?: string
  nextInputTokens?: string
  think?: string
  tools?: string
  toolResultTokens?: string
  toolTime?: string
  prefixTokens?: string
  prefixGroups?: string
  dataset?: string
  trace?: string
  sha256?: string
}

/** The greatest context and output that any V4 server is run with. */
export const MAX_INPUT_TOKENS = 1_048_576
export const MAX_OUTPUT_TOKENS = 393_216
export const DEFAULT_INPUT_TOKENS = '512'
export const DEFAULT_OUTPUT_TOKENS = '64'
export const DEFAULT_NEXT_INPUT_TOKENS = '64'
export const DEFAULT_TOOL_RESULT_TOKENS = '256'
const MAX_SECONDS = 3600
const MAX_TURNS = 1000
const MAX_TOOLS = 128
const MAX_GROUPS = 100_000

/** What is sent. Options that contradict each other, or that do nothing beside the others, are problems. */
export function readWorkload(given: LoadShapeArguments, read: ArgumentReader): Workload {
  refuseContradictions(given, read)
  const input = (option = '--input-tokens', text = given.inputTokens ?? DEFAULT_INPUT_TOKENS): Lengths =>
    readLengths(option, text, MAX_INPUT_TOKENS, read)
  const output = readLengths('--output-tokens', given.outputTokens ?? DEFAULT_OUTPUT_TOKENS, MAX_OUTPUT_TOKENS, read)
  const sha256 = readDigest(given.sha256, read)
  if (given.dataset !== undefined)
    return {
      kind: 'dataset',
      file: readPath('--dataset', given.dataset, read),
      sha256,
      output: given.outputTokens === undefined ? null : output,
    }
  if (given.trace !== undefined) return { kind: 'trace', file: readPath('--trace', given.trace, read), sha256 }
  if (given.prefixTokens !== undefined) return sharedPrefix(given, given.prefixTokens, input(), output, read)
  if (given.turns === undefined) return { kind: 'single', input: input(), output }
  const turns = read.integer('--turns', given.turns, 2, MAX_TURNS)
  if (given.tools === undefined) {
    const nextInput = input('--next-input-tokens', given.nextInputTokens ?? DEFAULT_NEXT_INPUT_TOKENS)
    const thinkSeconds = read.decimal('--think', given.think ?? '0', 0, MAX_SECONDS)
    return { kind: 'multi-turn', turns, input: input(), nextInput, output, thinkSeconds }
  }
  const tools = read.integer('--tools', given.tools, 1, MAX_TOOLS)
  const toolResult = input('--tool-result-tokens', given.toolResultTokens ?? DEFAULT_TOOL_RESULT_TOKENS)
  const toolSeconds = read.decimal('--tool-time', given.toolTime ?? '0', 0, MAX_SECONDS)
  return { kind: 'agentic', turns, tools, input: input(), toolResult, output, toolSeconds }
}

function refuseContradictions(given: LoadShapeArguments, read: ArgumentReader): void {
  const { turns, tools, prefixTokens, dataset, trace } = given
  const kinds = Object.entries({
    '--turns': turns,
    '--prefix-tokens': prefixTokens,
    '--dataset': dataset,
    '--trace': trace,
  })
    .filter(([, value]) => value !== undefined)
    .map(([option]) => option)
  for (const other of kinds.slice(1))
    read.refuse(other, `cannot be combined with ${kinds[0]}`, 'one kind of workload a run')
  // What follows would say the same again.
  if (kinds.length > 1) return
  const file = dataset !== undefined ? '--dataset' : trace !== undefined ? '--trace' : null
  read.refuseUnless(
    turns !== undefined,
    '--tools',
    tools,
    'needs --turns',
    'an agent calls a tool between two turns: add --turns 8',
  )
  const talks = turns !== undefined && tools === undefined
  const bringsResults = tools === undefined ? 'needs --turns' : 'has no effect with --tools'
  read.refuseUnless(
    talks,
    '--next-input-tokens',
    given.nextInputTokens,
    bringsResults,
    turnHint(tools, '--tool-result-tokens'),
  )
  read.refuseUnless(talks, '--think', given.think, bringsResults, turnHint(tools, '--tool-time'))
  read.refuseUnless(tools !== undefined, '--tool-result-tokens', given.toolResultTokens, 'needs --turns and --tools')
  read.refuseUnless(tools !== undefined, '--tool-time', given.toolTime, 'needs --turns and --tools')
  read.refuseUnless(prefixTokens !== undefined, '--prefix-groups', given.prefixGroups, 'needs --prefix-tokens')
  read.refuseUnless(file !== null, '--sha256', given.sha256, 'belongs to --dataset or --trace')
  read.refuseUnless(
    file === null,
    '--input-tokens',
    given.inputTokens,
    `has no effect with ${file}`,
    'the file says what is sent',
  )
  read.refuseUnless(
    trace === undefined,
    '--output-tokens',
    given.outputTokens,
    'has no effect with --trace',
    'the trace says how long each answer is',
  )
}

function turnHint(tools: string | undefined, instead: string): string | undefined {
  return tools === undefined ? undefined : `the later turns of an agent are told by ${instead}`
}

function sharedPrefix(
  given: LoadShapeArguments,
  prefix: string,
  input: Lengths,
  output: Lengths,
  read: ArgumentReader,
): Workload {
  const groups = read.integer('--prefix-groups', given.prefixGroups ?? '1', 1, MAX_GROUPS)
  const prefixTokens = read.integer('--prefix-tokens', prefix, 1, MAX_INPUT_TOKENS)
  const least = usualLeast(input)
  if (prefixTokens >= least) {
    const which =
      input.law === 'fixed' ? `prompts of ${least} tokens` : `the shorter prompts, of ${least} tokens and fewer`
    read.refuse(
      '--prefix-tokens',
      `${prefixTokens} leaves nothing of ${which}`,
      'raise --input-tokens, which counts the prefix',
    )
  }
  return { kind: 'shared-prefix', groups, prefixTokens, input, output }
}

/** `ttft=2000,tpot=80,e2el=30000`, milliseconds. */
export function readSlo(text: string | undefined, read: ArgumentReader): Slo | null {
  if (text === undefined) return null
  const slo: Slo = { ttftMs: null, tpotMs: null, e2elMs: null }
  const fields = { ttft: 'ttftMs', tpot: 'tpotMs', e2el: 'e2elMs' } as const
  for (const part of text.split(',')) {
    const [, name = '', value = ''] = /^\s*([^=]*?)\s*=(.*)$/.exec(part) ?? []
    const field = Object.hasOwn(fields, name) ? fields[name as keyof typeof fields] : null
    if (field === null) read.refuse('--slo', `${shown(part)} is not a bound`, 'for example --slo ttft=2000,tpot=80')
    else if (slo[field] !== null) read.refuse('--slo', `${name} is bounded twice`)
    else slo[field] = read.decimal('--slo', value, 0.001, name === 'tpot' ? 1e6 : 1e7)
  }
  return slo
}

function readPath(option: string, path: string, read: ArgumentReader): string {
  if (path === '' || path.length > 1024) read.refuse(option, `${shown(path)} is not the path of a file`)
  return path
}

function readDigest(sha256: string | undefined, read: ArgumentReader): string | null {
  if (sha256 === undefined) return null
  if (!/^[0-9a-f]{64}$/i.test(sha256)) read.refuse('--sha256', `${shown(sha256)} is not 64 hexadecimal digits`)
  return sha256.toLowerCase()
}
