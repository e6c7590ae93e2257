import { crossRequestLeak } from './cross-request-leak.ts'
import { cutUtf8 } from './cut-utf8.ts'
import { doubleBos } from './double-bos.ts'
import { droppedUsage } from './dropped-usage.ts'
import { engineDies } from './engine-dies.ts'
import type { Fault } from './fault.ts'
import { greedySampling } from './greedy-sampling.ts'
import { hangs } from './hangs.ts'
import { htmlErrors } from './html-errors.ts'
import { http500 } from './http-500.ts'
import { ignoresStop } from './ignores-stop.ts'
import { markupLeak } from './markup-leak.ts'
import { missingId } from './missing-id.ts'
import { neverReady } from './never-ready.ts'
import { noDone } from './no-done.ts'
import { rejectsLogprobs } from './rejects-logprobs.ts'
import { seedIgnored } from './seed-ignored.ts'
import { shiftedLogprobs } from './shifted-logprobs.ts'
import { slowDecode } from './slow-decode.ts'
import { slowPrefill } from './slow-prefill.ts'
import { slowStart } from './slow-start.ts'
import { staleCache } from './stale-cache.ts'
import { truncatedStream } from './truncated-stream.ts'
import { wrongAnswers } from './wrong-answers.ts'
import { wrongUsage } from './wrong-usage.ts'

/** One line a fault; the order is that of `--list-faults`. */
export const FAULTS: readonly Fault[] = [
  slowDecode,
  slowPrefill,
  slowStart,
  wrongAnswers,
  engineDies,
  neverReady,
  hangs,
  http500,
  htmlErrors,
  truncatedStream,
  noDone,
  cutUtf8,
  missingId,
  wrongUsage,
  droppedUsage,
  doubleBos,
  shiftedLogprobs,
  staleCache,
  crossRequestLeak,
  greedySampling,
  seedIgnored,
  ignoresStop,
  markupLeak,
  rejectsLogprobs,
]

/** Throws RangeError for a name that is not registered. */
export function faultByName(name: string): Fault {
  const fault = FAULTS.find((one) => one.name === name)
  if (!fault) throw new RangeError(`there is no fault "${name}"`)
  return fault
}
