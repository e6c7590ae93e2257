import { setTimeout as sleep } from 'node:timers/promises'
import { startReferenceStream } from '../../../../../src/suites/performance/validity/reference-stream.ts'
import { watchClient } from '../../../../../src/suites/performance/validity/watch.ts'

/** A process that watches itself doing nothing until its parent asks, so that the parent can stop it meanwhile. */
const start = await startReferenceStream()
if (start.state === 'absent') throw new Error(start.reason)
const watch = watchClient({ reference: start.stream })
process.on('message', async () => {
  // What came late while it was stopped is to be seen.
  await sleep(50)
  const seen = watch.stop()
  await start.stream.stop()
  process.send?.(seen, () => process.disconnect())
})
process.send?.('watching')
