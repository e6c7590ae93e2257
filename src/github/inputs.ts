import * as core from '@actions/core'
import { ConfigurationError, type Problem } from '../record/problem.ts'

/** Inputs of `action.yml` by command. The only place that reads them; everything behind it gets a typed object. */

export interface PlanInputs {
  command: 'plan'
  matrix: string[]
  runners: string | null
  seed: number | null
  baseCheckout: string | null
  out: string | null
}

export interface RunInputs {
  command: 'run'
  cell: string
  headCheckout: string | null
  baseCheckout: string | null
  plan: string | null
  planDigest: string | null
  out: string | null
}

export interface ReportInputs {
  command: 'report'
  plan: string | null
  planDigest: string | null
  results: string | null
  baseline: string | null
  comment: 'always' | 'never'
  commentKey: string
  token: string
  out: string | null
}

export type ActionInputs = PlanInputs | RunInputs | ReportInputs

/** Which inputs each command takes, as `action.yml` groups them. */
const INPUTS_OF = {
  plan: ['matrix', 'runners', 'seed', 'base-checkout', 'out'],
  run: ['cell', 'head-checkout', 'base-checkout', 'plan', 'plan-digest', 'out'],
  report: ['plan', 'plan-digest', 'results', 'baseline', 'comment', 'comment-key', 'github-token', 'out'],
} as const
type Command = keyof typeof INPUTS_OF

/** `action.yml` gives these a value whatever the command, so their presence says nothing. */
const DEFAULTED: readonly string[] = ['comment', 'comment-key', 'github-token']
const KNOWN: readonly string[] = ['command', ...new Set<string>(Object.values(INPUTS_OF).flat())]
const MAX_SEED = 2 ** 32 - 1
const MAX_MATRIX_FILES = 256

/**
 * Reads the inputs that the runner passed. Throws {@link ConfigurationError} with every problem at once. An input that
 * we do not have is only warned of: a variable of the job's `env:` that begins with INPUT_ looks the same from here.
 */
export function readInputs(
  environment: Readonly<Record<string, string | undefined>>,
  warn: (message: string) => void = core.warning,
): ActionInputs {
  const given: Record<string, string> = {}
  for (const name of KNOWN) given[name] = core.getInput(name)
  const unknown = Object.keys(environment)
    .filter((variable) => variable.startsWith('INPUT_'))
    .map((variable) => variable.slice('INPUT_'.length).toLowerCase())
    .filter((name) => !KNOWN.includes(name))
  for (const name of unknown) warn(`${name} is not an input of this action (inputs: ${KNOWN.join(', ')})`)
  return parseInputs(given)
}

/** As {@link readInputs}, from plain values; an absent and an empty input are the same thing to a runner. */
export function parseInputs(given: Readonly<Record<string, string>>): ActionInputs {
  const problems: Problem[] = []
  const report = (field: string, message: string, hint?: string) => {
    problems.push({ file: 'action inputs', field, message, hint })
  }
  const text = (name: string): string | null => given[name]?.trim() || null
  const needed = (name: string): string => {
    const value = text(name)
    if (value === null) report(name, 'is required for this command')
    return value ?? ''
  }

  const command = text('command') ?? ''
  if (!isCommand(command)) {
    report('command', command === '' ? 'is required' : `unknown: ${command}`, 'one of plan, run, report')
    throw new ConfigurationError(problems)
  }
  const own: readonly string[] = INPUTS_OF[command]
  for (const name of KNOWN) {
    if (name === 'command' || own.includes(name) || DEFAULTED.includes(name) || text(name) === null) continue
    report(name, `means nothing to command ${command}`, `it belongs to ${commandsOf(name).join(' and ')}`)
  }

  const inputs = read(command)
  if (problems.length > 0) throw new ConfigurationError(problems)
  return inputs

  function read(chosen: Command): ActionInputs {
    const out = text('out')
    switch (chosen) {
      case 'plan':
        return {
          command: 'plan',
          matrix: lines(needed('matrix')),
          runners: text('runners'),
          seed: seed(text('seed')),
          baseCheckout: text('base-checkout'),
          out,
        }
      case 'run':
        return {
          command: 'run',
          cell: needed('cell'),
          headCheckout: text('head-checkout'),
          baseCheckout: text('base-checkout'),
          plan: text('plan'),
          planDigest: digest(text('plan-digest')),
          out,
        }
      case 'report':
        return {
          command: 'report',
          plan: text('plan'),
          planDigest: digest(text('plan-digest')),
          results: text('results'),
          baseline: text('baseline'),
          comment: comment(text('comment') ?? 'always'),
          commentKey: key(text('comment-key') ?? 'default'),
          token: text('github-token') ?? '',
          out,
        }
    }
  }

  function lines(value: string): string[] {
    const files = value.split(/\r?\n/).flatMap((line) => line.trim() || [])
    if (files.length > MAX_MATRIX_FILES) report('matrix', `${files.length} files, at most ${MAX_MATRIX_FILES}`)
    return files
  }
  function seed(value: string | null): number | null {
    if (value === null) return null
    if (/^\d{1,10}$/.test(value) && Number(value) <= MAX_SEED) return Number(value)
    report('seed', `not a whole number from 0 to ${MAX_SEED}: ${value}`)
    return null
  }
  function digest(value: string | null): string | null {
    if (value !== null && !/^[0-9a-f]{64}$/.test(value)) report('plan-digest', 'not 64 hexadecimal digits')
    return value
  }
  function comment(value: string): 'always' | 'never' {
    if (value !== 'always' && value !== 'never') report('comment', `unknown: ${value}`, 'always or never')
    return value === 'never' ? 'never' : 'always'
  }
  function key(value: string): string {
    if (!/^[A-Za-z0-9._-]{1,64}$/.test(value))
      report('comment-key', 'at most 64 letters, digits, dots, dashes and underscores')
    return value
  }
}

function isCommand(value: string): value is Command {
  return Object.hasOwn(INPUTS_OF, value)
}

function commandsOf(name: string): string[] {
  return Object.entries(INPUTS_OF).flatMap(([command, names]) =>
    (names as readonly string[]).includes(name) ? `command ${command}` : [],
  )
}
