import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'

/**
 * Whole-process time of `plan`: 256 cells, and 10,000 combinations before exclusion, against a bare `node -e 0` of the
 * same Node, interleaved so that a busy machine slows all alike.
 *
 *     node bench/plan.ts [dist/cli.js] [rounds]
 */
const cli = resolve(process.argv[2] ?? 'dist/cli.js')
const rounds = Number(process.argv[3] ?? 15)

const directory = mkdtempSync(join(tmpdir(), 'crosschip-bench-'))
process.on('exit', () => rmSync(directory, { recursive: true }))

/** Models times targets, of which only the first `keptModels` are not excluded. */
function writeMatrix(file: string, models: number, targets: number, keptModels: number): string {
  const names = (prefix: string, count: number) => Array.from({ length: count }, (_, index) => `${prefix}${index}`)
  const model = names('m', models)
  const target = names('t', targets)
  const excluded = model.slice(keptModels)
  const text = `version: 1
targets:
${target.map((name) => `  ${name}: { vendor: nvidia, chip: h200, devices: 8, pool: gpu }`).join('\n')}
models:
${model.map((name) => `  ${name}: { checkpoint: org/${name}, encoding: v4-0731 }`).join('\n')}
engines:
  vllm:
    kind: vllm
    serve: [vllm, serve, "{checkpoint}", --tensor-parallel-size, "{devices}", --port, "{port}", --enable-expert-parallel]
    cases: [{ when: { model: m0 }, args: [--max-model-len, 200000] }]
matrix:
  axes: { model: [${model.join(', ')}], target: [${target.join(', ')}] }
  engine: vllm
${excluded.length === 0 ? '' : `  exclude:\n${excluded.map((name) => `    - { model: ${name} }`).join('\n')}`}
suites: { correctness: {} }
`
  writeFileSync(join(directory, file), text)
  return join(directory, file)
}

writeFileSync(
  join(directory, 'runners.yaml'),
  'version: 1\npools: { gpu: { labels: [gpu], host: bare, parallel: 8 } }\n',
)
const commands: Record<string, string[]> = {
  'node -e 0': ['-e', '0'],
  'plan, 256 cells': [cli, 'plan', '--matrix', writeMatrix('cells.yaml', 16, 16, 16), '--json'],
  'plan, 256 cells, table': [cli, 'plan', '--matrix', join(directory, 'cells.yaml')],
  'plan, 10,000 combinations': [cli, 'plan', '--matrix', writeMatrix('combinations.yaml', 100, 100, 2), '--json'],
  '--help': [cli, '--help'],
}
const limitsMs: Record<string, number> = { 'plan, 256 cells': 250, 'plan, 10,000 combinations': 1500 }

const times = Object.fromEntries(Object.keys(commands).map((name) => [name, [] as number[]]))
for (let round = 0; round < rounds; round++)
  for (const [name, argv] of Object.entries(commands)) {
    const began = performance.now()
    const { status, stderr } = spawnSync(process.execPath, argv, { encoding: 'utf8', timeout: 60_000 })
    times[name]!.push(performance.now() - began)
    if (status !== 0) throw new Error(`${name} ended with ${status}: ${stderr}`)
  }

const median = (values: number[]) => [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)]!
const bare = median(times['node -e 0']!)
console.log(`${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores, Node ${process.version}`)
console.log(`node bench/plan.ts ${relative(process.cwd(), cli)} ${rounds}: medians of ${rounds} rounds, whole process`)
let missed = false
for (const [name, values] of Object.entries(times)) {
  const limit = limitsMs[name]
  const middle = median(values)
  const over = limit !== undefined && middle > limit
  missed ||= over
  const verdict = limit === undefined ? '' : `  limit ${limit} ms${over ? ' MISSED' : ''}`
  const range = `${Math.min(...values).toFixed(0)}-${Math.max(...values).toFixed(0)}`
  console.log(
    `${name.padEnd(28)} ${middle.toFixed(0).padStart(5)} ms (${range})  ${(middle / bare).toFixed(1)} x bare${verdict}`,
  )
}
process.exitCode = missed ? 1 : 0
