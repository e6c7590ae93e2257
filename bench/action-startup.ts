import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describeCommand, describeMachine, median } from './machine.ts'

/**
 * Start-up of the action: bundle loaded, inputs read, the demo matrix planned, outputs written; the artifact upload is
 * left out, since it is the network's time. Bar: at most 200 ms whole process. `node bench/action-startup.ts [runs]`
 */
const RUNS = Number(process.argv[2] ?? 15)
const BAR_MS = 200

const directory = mkdtempSync(join(tmpdir(), 'crosschip-bench-'))
const outputFile = join(directory, 'output')
const env = {
  PATH: process.env.PATH,
  INPUT_COMMAND: 'plan',
  INPUT_MATRIX: 'matrices/demo.yaml',
  INPUT_OUT: join(directory, 'out'),
  INPUT_UPLOAD: 'false',
  GITHUB_OUTPUT: outputFile,
  GITHUB_STEP_SUMMARY: join(directory, 'summary'),
  GITHUB_WORKSPACE: process.cwd(),
  RUNNER_TEMP: directory,
}

function timed(argv: string[]): number {
  writeFileSync(outputFile, '')
  writeFileSync(env.GITHUB_STEP_SUMMARY, '')
  const start = performance.now()
  const { status, stdout, stderr } = spawnSync(process.execPath, argv, { env, encoding: 'utf8' })
  const milliseconds = performance.now() - start
  if (status !== 0) throw new Error(`exit ${status}: ${stdout}${stderr}`)
  return milliseconds
}

const bare: number[] = []
const action: number[] = []
for (let run = 0; run < RUNS; run++) {
  bare.push(timed(['-e', '0']))
  action.push(timed(['dist/action.js']))
}
if (!readFileSync(outputFile, 'utf8').includes('matrix')) throw new Error('the action wrote no matrix output')
rmSync(directory, { recursive: true })
console.log(describeMachine())
console.log(describeCommand())
const ratio = median(action) / median(bare)
console.log(`bare node -e 0: ${median(bare).toFixed(0)} ms (median of ${RUNS}, alternating)`)
console.log(
  `action plan: ${median(action).toFixed(0)} ms, ${ratio.toFixed(1)} x bare (bar ${BAR_MS} ms): ${median(action) <= BAR_MS ? 'met' : 'NOT MET'}`,
)
