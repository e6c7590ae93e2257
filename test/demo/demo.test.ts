import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { type Comparison, comparisonSchema } from '../../src/compare/schema.ts'

/**
 * The demo as a person starts it: the built command line, four cells, base and head, both suites. These are the slowest
 * tests that the project has (a minute each), so they have a ring of their own.
 */
const directory = mkdtempSync(join(tmpdir(), 'crosschip-demo-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const ASCEND_FLASH = 'v4-flash.ascend-950dt.simulated'
const ASCEND_PRO = 'v4-pro.ascend-950dt.simulated'
const H200_FLASH = 'v4-flash.h200.simulated'
const H200_PRO = 'v4-pro.h200.simulated'

interface Demo {
  code: number | null
  stdout: string
  comparison: Comparison
}

async function demo(name: string, ...args: string[]): Promise<Demo> {
  const out = join(directory, name)
  const child = spawn(process.execPath, ['dist/cli.js', 'demo', '--out', out, ...args], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let stdout = ''
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    stdout += part
  })
  const code = await new Promise<number | null>((done) => child.once('close', done))
  const comparison = comparisonSchema.parse(JSON.parse(readFileSync(join(out, 'comparison.json'), 'utf8')))
  return { code, stdout, comparison }
}

const regressed = ({ comparison }: Demo) => [
  ...new Set(comparison.verdicts.filter((row) => row.verdict === 'regressed').map((row) => `${row.cell} ${row.suite}`)),
]

describe('the demo', () => {
  it('passes when nothing is injected, with every cell judged in both suites, and names the report', async () => {
    const healthy = await demo('healthy', '--seed', '7')
    expect(regressed(healthy)).toEqual([])
    expect([healthy.comparison.outcome, healthy.code]).toEqual(['pass', 0])
    expect([healthy.comparison.planned, healthy.comparison.received, healthy.comparison.evidence]).toEqual([
      4,
      4,
      'paired',
    ])
    for (const cell of [ASCEND_FLASH, ASCEND_PRO, H200_FLASH, H200_PRO]) {
      const suites = healthy.comparison.verdicts.filter((row) => row.cell === cell && row.verdict === 'equivalent')
      expect([cell, ...new Set(suites.map((row) => row.suite))].sort()).toEqual(
        [cell, 'correctness', 'performance'].sort(),
      )
    }
    expect(healthy.comparison.parity.length).toBeGreaterThan(0)
    expect(healthy.stdout).toMatch(/report: .*report\.html/)
  })

  it('finds each fault in exactly the cell and suite it was injected into, and fails', async () => {
    const faults = [`slow-decode@${ASCEND_FLASH}`, `wrong-answers@${H200_FLASH}`, `engine-dies@${H200_PRO}`]
    const faulty = await demo('faulty', '--seed', '7', ...faults.flatMap((fault) => ['--inject', fault]))
    expect(regressed(faulty).sort()).toEqual([`${ASCEND_FLASH} performance`, `${H200_FLASH} correctness`])
    const slow = faulty.comparison.verdicts.find(
      (row) => row.cell === ASCEND_FLASH && row.performance?.metric === 'tpot.p50' && row.verdict === 'regressed',
    )
    expect(slow?.performance?.effect?.relative).toBeGreaterThan(0.05)
    expect(slow?.performance?.effect?.relative).toBeLessThan(0.11)
    const wrong = faulty.comparison.verdicts.find((row) => row.cell === H200_FLASH && row.verdict === 'regressed')
    expect(wrong?.correctness?.worse).toBeGreaterThan(10)
    const dead = faulty.comparison.verdicts.find((row) => row.cell === H200_PRO && row.suite === 'cell')
    expect(dead).toMatchObject({ verdict: 'infrastructure', reason: expect.stringContaining('exited by itself') })
    expect([faulty.comparison.outcome, faulty.code]).toEqual(['fail', 1])
  })

  it('is incomplete, not failed and not passed, when an engine dies', async () => {
    const dead = await demo('dead', '--inject', `engine-dies@${H200_PRO}`)
    expect(regressed(dead)).toEqual([])
    expect([dead.comparison.outcome, dead.code]).toEqual(['incomplete', 3])
  })
})
