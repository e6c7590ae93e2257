import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { planSchema } from '../../../src/plan/schema.ts'
import { ConfigurationError } from '../../../src/record/problem.ts'
import { registerPlan } from '../../../src/terminal/plan.ts'
import type { Terminal } from '../../../src/terminal/terminal.ts'
import { registerValidate } from '../../../src/terminal/validate.ts'
import { MATRIX, RUNNERS } from '../matrix/samples.ts'

let directory: string
const at = (name: string) => join(directory, name)

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'crosschip-terminal-'))
  await writeFile(at('m.yaml'), MATRIX)
  await writeFile(at('bad.yaml'), MATRIX.replace('seed: 7', 'sed: 7').replace('devices: 16', 'devices: many'))
  await writeFile(at('runners.yaml'), RUNNERS)
})
afterEach(() => rm(directory, { recursive: true }))

/** Runs one command line; what it printed, noted and ended with. */
async function run(...argv: string[]) {
  const said = { printed: '', noted: [] as string[], exitCode: 0 }
  const terminal: Terminal = {
    print: (text) => {
      said.printed += `${text}\n`
    },
    progress: { note: (message) => said.noted.push(message), step() {} },
    clock: { date: () => '2026-01-01T00:00:00Z', monotonicMs: () => 0 },
    signal: new AbortController().signal,
    exit: (code) => {
      said.exitCode = code
    },
    interactive: false,
  }
  const program = new Command('crosschip').version('9.9.9').exitOverride()
  program.configureOutput({
    writeOut: (text) => terminal.print(text),
    writeErr: (text) => terminal.progress.note(text),
  })
  registerPlan(program, terminal)
  registerValidate(program, terminal)
  for (const command of program.commands) command.exitOverride()
  await program.parseAsync(['node', 'crosschip', ...argv])
  return said
}

describe('plan', () => {
  it('prints a table of cells', async () => {
    const { printed } = await run('plan', '--matrix', at('m.yaml'))
    expect(printed).toContain('flash.a3.vllm.mtp')
    expect(printed).toContain('12 cells, 2 excluded')
  })

  it('prints the document with --json and writes it with --out, alike', async () => {
    const { printed, noted } = await run(
      'plan',
      '--matrix',
      at('m.yaml'),
      '--seed',
      '3',
      '--out',
      at('plan.json'),
      '--json',
    )
    expect(printed).toBe(await readFile(at('plan.json'), 'utf8'))
    expect(noted).toEqual([`plan written to ${at('plan.json')}`])
    expect(planSchema.parse(JSON.parse(printed))).toMatchObject({ toolVersion: '9.9.9', seed: 3 })
  })

  it('leaves problems to the caller, all of them', async () => {
    const failure = await run('plan', '--matrix', at('bad.yaml')).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(ConfigurationError)
    expect((failure as ConfigurationError).problems).toHaveLength(2)
  })

  it.each(['-1', '1.5', 'x', '4294967296', '1e3'])('refuses %s as a seed', async (seed) => {
    await expect(run('plan', '--matrix', at('m.yaml'), '--seed', seed)).rejects.toThrow(/whole number/)
  })

  it('needs a matrix', async () => {
    await expect(run('plan')).rejects.toThrow(/--matrix/)
  })
})

describe('validate', () => {
  it('counts files that are in order', async () => {
    expect(await run('validate', at('m.yaml'), at('runners.yaml'))).toMatchObject({
      printed: '2 files ok\n',
      exitCode: 0,
    })
    expect((await run('validate', at('m.yaml'))).printed).toBe('1 file ok\n')
  })

  it('prints every problem as file:line:column and ends with 2', async () => {
    const { printed, noted, exitCode } = await run('validate', at('bad.yaml'), at('absent.yaml'))
    expect(exitCode).toBe(2)
    expect(printed.trim().split('\n')).toEqual([
      expect.stringMatching(/bad\.yaml:4:46: targets\.a3\.devices: must be a number, is "many"$/),
      expect.stringMatching(/bad\.yaml:39:1: sed: unknown key \(did you mean "seed"\?\)$/),
      expect.stringMatching(/absent\.yaml: no such file/),
    ])
    expect(noted).toEqual(['3 problems'])
  })
})
