import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { parseInputs, readInputs } from '../../../src/github/inputs.ts'
import { ConfigurationError } from '../../../src/record/problem.ts'

const metadata = parse(readFileSync('action.yml', 'utf8')) as {
  inputs: Record<string, { description: string; default?: string; required?: boolean }>
  runs: { using: string; main: string }
}

function problemsOf(given: Record<string, string>): string {
  try {
    parseInputs(given)
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError)
    return (error as ConfigurationError).message
  }
  throw new Error('no problem was found')
}

describe('inputs', () => {
  it('gives a plan its matrix files, one a line', () => {
    expect(parseInputs({ command: 'plan', matrix: ' a.yaml\r\n\n  b.yaml ', seed: '7' })).toEqual({
      command: 'plan',
      matrix: ['a.yaml', 'b.yaml'],
      runners: null,
      seed: 7,
      baseCheckout: null,
      out: null,
    })
  })

  it('gives a report its defaults', () => {
    expect(parseInputs({ command: 'report', 'github-token': 'secret' })).toMatchObject({
      comment: 'always',
      commentKey: 'default',
      token: 'secret',
      plan: null,
      results: null,
    })
  })

  it('names the commands when there is none or another', () => {
    expect(problemsOf({})).toContain('command: is required (one of plan, run, report)')
    expect(problemsOf({ command: 'deploy' })).toContain('unknown: deploy')
    expect(problemsOf({ command: 'toString' })).toContain('unknown: toString')
  })

  it('says every problem at once', () => {
    const said = problemsOf({ command: 'plan', seed: '-1', cell: 'x' })
    expect(said).toContain('matrix: is required')
    expect(said).toContain('seed: not a whole number')
    expect(said).toContain('cell: means nothing to command plan (it belongs to command run)')
  })

  it.each([
    [{ command: 'plan', matrix: 'a', seed: '4294967296' }, /seed/],
    [{ command: 'plan', matrix: 'a', seed: '1e3' }, /seed/],
    [{ command: 'run' }, /cell: is required/],
    [{ command: 'run', cell: 'a', 'plan-digest': 'abc' }, /plan-digest/],
    [{ command: 'report', comment: 'sometimes' }, /comment: unknown/],
    [{ command: 'report', 'comment-key': 'a -->' }, /comment-key/],
  ])('refuses %j', (given, said) => {
    expect(problemsOf(given)).toMatch(said)
  })

  it('does not hold against a command what action.yml gives to every command', () => {
    const given = Object.fromEntries(
      Object.entries(metadata.inputs).map(([name, { default: value }]) => [name, value ?? '']),
    )
    expect(parseInputs({ ...given, command: 'plan', matrix: 'a.yaml' })).toMatchObject({ command: 'plan' })
  })

  it('reads them the way a runner passes them', () => {
    const environment = { INPUT_COMMAND: 'run', 'INPUT_BASE-CHECKOUT': 'base', INPUT_CELL: 'a.b.c' }
    withEnvironment(environment, () => {
      expect(readInputs(process.env)).toMatchObject({ command: 'run', cell: 'a.b.c', baseCheckout: 'base' })
    })
  })

  it('only warns of what may be a misspelt input or a variable of the job', () => {
    const warnings: string[] = []
    withEnvironment({ INPUT_COMMAND: 'run', INPUT_CELL: 'a.b.c', INPUT_FOO: 'x' }, () => {
      expect(readInputs(process.env, (message) => warnings.push(message))).toMatchObject({ cell: 'a.b.c' })
    })
    expect(warnings).toEqual([expect.stringMatching(/^foo is not an input of this action \(inputs: command, /)])
  })
})

describe('action.yml', () => {
  it('starts the bundle on Node 24', () => {
    expect(metadata.runs).toEqual({ using: 'node24', main: 'dist/action.js' })
  })

  it('declares exactly the inputs that are read', () => {
    // An input that is read but not declared gives a warning on every run; one that is declared but not read does nothing.
    const warnings: string[] = []
    withEnvironment({ INPUT_COMMAND: 'report' }, () => readInputs({ INPUT_X: '' }, (said) => warnings.push(said)))
    const known = warnings[0]?.match(/\(inputs: ([^)]*)/)?.[1]?.split(', ') ?? []
    expect(known.sort()).toEqual(Object.keys(metadata.inputs).sort())
  })
})

function withEnvironment(environment: Record<string, string>, work: () => void): void {
  Object.assign(process.env, environment)
  try {
    work()
  } finally {
    for (const name of Object.keys(environment)) delete process.env[name]
  }
}
