import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { LoadReport } from '../src/record/load-report.ts'
import { readRawRecords } from '../src/suites/performance/raw-record-file.ts'
import type { RequestRecord } from '../src/suites/performance/record.ts'
import { describeCommand, describeMachine } from './machine.ts'
import { type Comparison, compare, comparisonRows, difference } from './real-engine-table.ts'

/**
 * `load` beside what a real engine says of the same requests: token counts, TTFT, tokens per second.
 *
 *     node bench/real-engine.ts URL [--shapes one,four] [--tokenizer FILE] [--requests N] [--rate R] [--arguments="--warmup 2"]
 *
 * Prints a Markdown table, and every fault and remark of the points. Exit code 1 when a token count differs.
 * The engine's numbers are its counters and histograms (`/metrics`, read just before and after the measured requests)
 * and the times in its answers (`timings` of llama.cpp; `metrics` of vLLM with --enable-per-request-metrics).
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    shapes: { type: 'string', default: 'one,four,long,open,turns,prefix' },
    tokenizer: { type: 'string' },
    requests: { type: 'string', default: '8' },
    rate: { type: 'string', default: '1' },
    arguments: { type: 'string', default: '' },
  },
})
const url = positionals[0]
if (url === undefined) throw new Error('usage: node bench/real-engine.ts URL [--shapes one,four,…]')

const RATE = values.rate
const SHAPES: Readonly<Record<string, readonly string[]>> = {
  one: ['--input-tokens', '256', '--output-tokens', '64', '--concurrency', '1'],
  four: ['--input-tokens', '256', '--output-tokens', '64', '--concurrency', '4'],
  long: ['--input-tokens', '1024', '--output-tokens', '32', '--concurrency', '1'],
  open: ['--input-tokens', '256', '--output-tokens', '32', '--rate', RATE, '--duration', '30'],
  turns: ['--input-tokens', '256', '--output-tokens', '32', '--turns', '3', '--think', '0.2', '--concurrency', '1'],
  prefix: ['--input-tokens', '512', '--output-tokens', '32', '--prefix-tokens', '384', '--concurrency', '1'],
}
const directory = mkdtempSync(join(tmpdir(), 'crosschip-real-engine-'))
process.on('exit', () => rmSync(directory, { recursive: true, force: true }))

interface Shaped {
  command: string
  report: LoadReport
  /** Of each load point, in their order. */
  points: { load: string; repetition: number; records: RequestRecord[] }[]
}

async function measure(shape: readonly string[]): Promise<Shaped> {
  const raw = join(directory, 'raw.jsonl')
  const tokenizer = values.tokenizer === undefined ? [] : ['--tokenizer', values.tokenizer]
  // Prompts that the server has not seen: its prefix cache would serve those of the run before.
  const seed = ['--seed', `${Date.now() % 1_000_000_000}`]
  const shown = [url!, ...shape, ...seed, ...tokenizer, ...values.arguments.split(' ').filter((part) => part !== '')]
  const counted = shape.includes('--concurrency') ? ['--requests', values.requests] : []
  const report = JSON.parse(await load([...shown, ...counted, '--raw', raw, '--json'])) as LoadReport
  const points: Shaped['points'] = []
  let header: object | null = null
  for await (const line of readRawRecords(raw)) {
    if (line.header !== header) points.push({ ...named(line.header), records: [] })
    header = line.header
    points.at(-1)!.records.push(line.record)
  }
  return { command: `crosschip load ${[...shown, ...counted].join(' ')}`, report, points }
}

function named({ load, repetition }: { load: string; repetition: number }) {
  return { load, repetition }
}

/** Whatever the exit code: a point that is not valid on a busy machine can still be compared. */
function load(args: readonly string[]): Promise<string> {
  return new Promise((done, failed) => {
    const child = spawn(process.execPath, ['src/cli.ts', 'load', ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
    const parts: Buffer[] = []
    child.stdout.on('data', (part: Buffer) => parts.push(part))
    child.on('error', failed)
    child.on('close', (code) => {
      if (parts.length > 0) done(Buffer.concat(parts).toString('utf8'))
      else failed(new Error(`load ended with ${code} and no report`))
    })
  })
}

const rows: string[] = []
const notes: string[] = []
const commands: string[] = []
let unequal = 0
const exact = (row: Comparison) => row.unit === '' || row.unit === 'tok'
for (const name of values.shapes.split(',')) {
  const shape = SHAPES[name]
  if (shape === undefined) throw new Error(`no shape "${name}": ${Object.keys(SHAPES).join(', ')}`)
  const { command, report, points } = await measure(shape)
  commands.push(command)
  for (const text of report.remarks) notes.push(`${name}: ${text}`)
  for (const point of report.points) {
    const own = points.find(({ load, repetition }) => load === point.load && repetition === point.repetition)
    const found = compare(own?.records ?? [], point.server?.values ?? {}, { open: point.concurrency === null })
    unequal += found.filter((row) => exact(row) && difference(row) !== 0).length
    rows.push(...comparisonRows(name, found))
    const verdict = point.invalid.length === 0 ? 'valid' : `${point.invalid.length} faults`
    const machine = `event loop ${percent(point.client?.utilisation)}, waited for a core ${percent(point.client?.runDelayShare)}`
    notes.push(`${name}: ${point.succeeded} of ${point.planned} requests, ${verdict}; ${machine}`)
    for (const { code, by, voids, reason } of point.invalid)
      notes.push(`${name}: ${code} (${by}, voids ${voids}): ${reason}`)
    for (const text of point.remarks) notes.push(`${name}: ${text}`)
  }
}
console.log(
  `${new Date().toISOString().slice(0, 10)} · ${describeMachine()} · engine ${await engineVersion()}\n${describeCommand()}\n`,
)
console.log(commands.map((command) => `    ${command}`).join('\n'))
console.log('\n| shape | what | load | engine | difference | the engine’s number |\n|---|---|---|---|---|---|')
console.log(rows.join('\n'))
console.log(`\n${notes.map((note) => `- ${note}`).join('\n')}`)
process.exitCode = unequal > 0 ? 1 : 0

function percent(share: number | null | undefined): string {
  return share === null || share === undefined ? 'not told' : `${(100 * share).toFixed(1)} %`
}

/** vLLM has `/version`; llama.cpp's server only a name. */
async function engineVersion(): Promise<string> {
  const response = await fetch(`${url}/version`).catch(() => null)
  const version = response?.ok ? ((await response.json()) as { version?: string }).version : undefined
  return version ?? (await fetch(`${url}/health`)).headers.get('server') ?? 'unknown'
}
