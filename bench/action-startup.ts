import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describeCommand, describeMachine, median } from './machine.ts'

/**
 * Start-up of the action, from the start of the process until the demo matrix is planned and the outputs stand: what
 * comes then is the upload of the plan, the network's time. Bar: at most 200 ms. `node bench/action-startup.ts [runs]`
 */
const RUNS = Number(process.argv[2] ?? 15)
const BAR_MS = 200
const LOOK_EVERY_MS = 1
const GIVE_UP_MS = 20_000

const directory = mkdtempSync(join(tmpdir(), 'crosschip-bench-'))
const outputFile = join(directory, 'output')
const summaryFile = join(directory, 'summary')
const eventFile = join(directory, 'event.json')
writeFileSync(eventFile, '{}')
const env = {
  PATH: process.env.PATH,
  INPUT_COMMAND: 'plan',
  INPUT_MATRIX: 'matrices/demo.yaml',
  INPUT_OUT: join(directory, 'out'),
  GITHUB_OUTPUT: outputFile,
  GITHUB_STEP_SUMMARY: summaryFile,
  GITHUB_EVENT_PATH: eventFile,
  GITHUB_REPOSITORY: 'octo/example',
  GITHUB_RUN_ID: '1',
  GITHUB_RUN_ATTEMPT: '1',
  GITHUB_WORKSPACE: process.cwd(),
  RUNNER_TEMP: directory,
}

/** Milliseconds from the start of the process until `done` holds. */
async function timed(argv: string[], done: () => boolean): Promise<number> {
  writeFileSync(outputFile, '')
  writeFileSync(summaryFile, '')
  const start = performance.now()
  const child = spawn(process.execPath, argv, { env, stdio: 'ignore' })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  while (!done() && child.exitCode === null && performance.now() - start < GIVE_UP_MS) await sleep(LOOK_EVERY_MS)
  const milliseconds = performance.now() - start
  child.kill('SIGKILL')
  await ended
  return milliseconds
}

const bare: number[] = []
const action: number[] = []
const planned = () => readFileSync(outputFile, 'utf8').includes('plan-digest')
for (let run = 0; run < RUNS; run++) {
  bare.push(await timed(['-e', '0'], () => false))
  action.push(await timed(['dist/action.js'], planned))
  if (!planned()) throw new Error('the action wrote no plan')
}
rmSync(directory, { recursive: true })
console.log(describeMachine())
console.log(describeCommand())
console.log(`bare node -e 0: ${median(bare).toFixed(0)} ms (median of ${RUNS}, alternating)`)
const ratio = (median(action) / median(bare)).toFixed(1)
const met = median(action) <= BAR_MS ? 'met' : 'NOT MET'
console.log(`action, demo matrix planned: ${median(action).toFixed(0)} ms, ${ratio} x bare (bar ${BAR_MS} ms): ${met}`)
