import { Command } from 'commander'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { silentProgress } from '../../../src/ports.ts'
import { cellResultSchema } from '../../../src/record/cell-result.ts'
import { ConfigurationError } from '../../../src/record/problem.ts'
import { registerReport } from '../../../src/terminal/report.ts'
import { registerRun } from '../../../src/terminal/run.ts'
import { readRunArguments } from '../../../src/terminal/run-arguments.ts'
import type { Terminal } from '../../../src/terminal/terminal.ts'

const terminal: Terminal = {
  print() {},
  progress: silentProgress,
  clock: { date: () => '2026-01-01T00:00:00Z', monotonicMs: () => 0 },
  signal: new AbortController().signal,
  exit() {},
  interactive: false,
}

function command(line: string[]): Promise<unknown> {
  const program = new Command().exitOverride()
  registerRun(program, terminal)
  registerReport(program, terminal)
  return program.parseAsync(line, { from: 'user' })
}

describe('the options of run', () => {
  it('are read', () => {
    const headCommit = 'A1b2c3d'
    expect(readRunArguments({ attempt: '3', headCommit, baseCommit: 'f'.repeat(64) })).toEqual({
      ...{ attempt: 3, headCommit, baseCommit: 'f'.repeat(64) },
    })
    expect(readRunArguments({ attempt: '1' })).toEqual({ attempt: 1, headCommit: null, baseCommit: null })
  })

  it('are refused together, each with its mend', () => {
    const given = { attempt: '2nd', headCommit: 'feature/a-branch', baseCommit: 'main' }
    expect(() => readRunArguments(given)).toThrow(/--head-commit.*git rev-parse.*--base-commit.*--attempt.*1 to 1000/s)
  })

  it.each(['0', '1001', '-1', '1.5', '', '1e3', 'x'])('refuse the attempt %j', (attempt) => {
    expect(() => readRunArguments({ attempt })).toThrow(ConfigurationError)
  })

  it('let through nothing that a result cannot hold', () => {
    const commit = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...'0123456789abcdefg'), maxLength: 80 }))
    fc.assert(
      fc.property(commit, fc.string({ unit: fc.constantFrom(...'0123456789'), maxLength: 6 }), (text, attempt) => {
        let read: ReturnType<typeof readRunArguments>
        try {
          read = readRunArguments({ headCommit: text, attempt })
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigurationError)
          return
        }
        expect(cellResultSchema.shape.arms.element.shape.commit.safeParse(read.headCommit).success).toBe(true)
        expect(cellResultSchema.shape.attempt.safeParse(read.attempt).success).toBe(true)
      }),
    )
  })
})

describe.each([
  ['run', ['--plan', 'no-plan.json', '--cell', 'c', '--out', 'o']],
  ['report', ['--plan', 'no-plan.json', '--results', 'r', '--out', 'o']],
])('the commits of %s', (name, line) => {
  it.each(['--head-commit', '--base-commit'])('are checked before anything is read (%s)', async (option) => {
    const failure = command([name, ...line, option, 'my-branch'])
    await expect(failure).rejects.toThrow(ConfigurationError)
    await expect(failure).rejects.toThrow(`command line: ${option}: "my-branch" is not a commit`)
  })
})
