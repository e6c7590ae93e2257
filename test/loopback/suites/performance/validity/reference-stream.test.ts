import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { rolldown } from 'rolldown'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startReferenceStream } from '../../../../../src/suites/performance/validity/reference-stream.ts'

const VALIDITY = join(import.meta.dirname, '../../../../../src/suites/performance/validity')

async function started() {
  const start = await startReferenceStream()
  if (start.state === 'absent') throw new Error(start.reason)
  onTestFinished(() => start.stream.stop())
  return start.stream
}

describe('the reference stream', () => {
  it('tells of each beat how late it was seen', async () => {
    const log = (await started()).log()
    await sleep(500)
    const { errorsMs } = log.end()
    expect(errorsMs.length).toBeGreaterThan(5)
    // A beat comes every 5 to 15 ms, and time does not run faster.
    expect(errorsMs.length).toBeLessThan(200)
    expect(errorsMs.every((error) => error >= 0)).toBe(true)
  })

  it('falls silent when it is stopped, twice without harm', async () => {
    const stream = await started()
    await stream.stop()
    await stream.stop()
    const log = stream.log()
    await sleep(60)
    expect(log.end().errorsMs).toEqual([])
  })

  it('is absent, with the reason, when its thread does not come up', async () => {
    const gone = await startReferenceStream('throw new Error("no thread today")')
    expect(gone).toMatchObject({ state: 'absent', reason: expect.stringContaining('no thread today') })
    const ended = await startReferenceStream('')
    expect(ended).toMatchObject({ state: 'absent', reason: expect.stringContaining('ended') })
    const refused = await startReferenceStream(
      `require('node:worker_threads').parentPort.postMessage({ error: 'no port' })`,
    )
    expect(refused).toMatchObject({ state: 'absent', reason: 'no port' })
  })

  it('is absent when nobody listens on the port that the thread names', async () => {
    const lying = `require('node:worker_threads').parentPort.postMessage({ port: 1 }); setInterval(() => {}, 1000)`
    expect(await startReferenceStream(lying)).toMatchObject({
      state: 'absent',
      reason: expect.stringContaining('ECONNREFUSED'),
    })
  })
})

const run = promisify(execFile)

describe('in a bundle', () => {
  it('the threads come up from their own text, minified, and keep nothing alive', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'crosschip-bundle-'))
    onTestFinished(() => rm(directory, { recursive: true, force: true }))
    const entry = join(directory, 'entry.ts')
    await writeFile(
      entry,
      `import { calibrateClient } from ${JSON.stringify(join(VALIDITY, 'calibration.ts'))}
import { startReferenceStream } from ${JSON.stringify(join(VALIDITY, 'reference-stream.ts'))}
const start = await startReferenceStream()
if (start.state === 'absent') throw new Error(start.reason)
const log = start.stream.log()
const clock = { date: () => '', monotonicMs: () => performance.now() }
const { signal } = new AbortController()
const calibration = await calibrateClient({ streams: 2, eventsPerSecond: 100, clock, signal })
console.log(JSON.stringify({ beats: log.end().errorsMs.length, calibration }))
// Not stopped: the process must end all the same.
`,
    )
    // As scripts/build.ts does.
    const bundle = await rolldown({ input: { entry }, platform: 'node', cwd: import.meta.dirname })
    await bundle.write({ dir: join(directory, 'out'), format: 'esm', minify: true, entryFileNames: '[name].mjs' })
    await bundle.close()
    const { stdout } = await run(process.execPath, [join(directory, 'out/entry.mjs')], { timeout: 20_000 })
    const { beats, calibration } = JSON.parse(stdout)
    expect(beats).toBeGreaterThan(10)
    expect(calibration).toMatchObject({ state: 'calibrated', events: 100 })
  })
})
