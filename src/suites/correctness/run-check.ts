import { setMaxListeners } from 'node:events'
import { mapBounded } from '../../bounded.ts'
import type { Endpoint } from '../../engine/endpoint.ts'
import type { Clock, Progress } from '../../ports.ts'
import type { CheckResult, Evidence, Judgement } from '../../record/cell-result.ts'
import { type Check, type CheckContext, type CheckRequest, type CheckResponse, unsent, type Verdict } from './check.ts'
import { clip, MAX_EVIDENCE } from './evidence.ts'
import type { Redaction } from './redact.ts'
import { send } from './send.ts'

/** No check may hold up the others for longer; what has not been answered by then counts as unanswered. */
export const DEFAULT_CHECK_TIMEOUT_MS = 15 * 60_000
const DEFAULT_CONCURRENCY = 8
/** So many failed requests in a row, and at least as many as are in flight at once, and the rest is not sent. */
const MIN_SILENT_REQUESTS = 4

export interface RunCheckOptions {
  endpoint: Endpoint
  concurrency: number
  signal: AbortSignal
  clock: Clock
  progress: Progress
  requestTimeoutMs: number
  checkTimeoutMs?: number
  redaction: Redaction
}

export interface CheckRun {
  result: CheckResult
  /** Not one request was answered: the server may be gone. */
  silent: boolean
}

/**
 * One check from plan to result: both rounds sent under the check's own time limit, then judged. Requests that the
 * limit cut off are `failed` responses, so the judge sees every planned request. A check that throws (a hostile answer
 * that its judge did not foresee) is an `error` of its own and does not reach the others.
 */
export async function runCheckOnce(check: Check, context: CheckContext, options: RunCheckOptions): Promise<CheckRun> {
  const limit = new AbortController()
  // Every request in flight listens to it; Node 20 takes more than ten listeners for a leak and says so on stderr.
  setMaxListeners(0, limit.signal)
  const stop = () => limit.abort('the check ran out of time')
  const checkTimeoutMs = options.checkTimeoutMs ?? DEFAULT_CHECK_TIMEOUT_MS
  const timer = setTimeout(stop, checkTimeoutMs)
  options.signal.addEventListener('abort', stop, { once: true })
  const responses: CheckResponse[] = []
  try {
    responses.push(...(await sendAll(check, check.plan(context), limit.signal, options)))
    const more = limit.signal.aborted ? [] : (check.followUp?.(context, responses) ?? [])
    responses.push(...(await sendAll(check, more, limit.signal, options)))
    return { result: judgeAll(check, context, responses, options), silent: isSilent(responses) }
  } catch (error) {
    const reason = options.redaction(clip(`the check itself failed: ${(error as Error).message}`, 500))
    const result = { ...unsent(check, { state: 'error', reason }), requests: responses.length }
    return { result, silent: isSilent(responses) }
  } finally {
    clearTimeout(timer)
    options.signal.removeEventListener('abort', stop)
  }
}

function sendAll(
  check: Check,
  requests: readonly CheckRequest[],
  signal: AbortSignal,
  options: RunCheckOptions,
): Promise<CheckResponse[]> {
  const concurrency = Math.min(check.concurrency ?? DEFAULT_CONCURRENCY, options.concurrency)
  const { clock, requestTimeoutMs: timeoutMs } = options
  let done = 0
  let silent = 0
  return mapBounded(requests, concurrency, async (request) => {
    if (signal.aborted) return notSent(request, 'the check ran out of time')
    if (silent >= Math.max(concurrency, MIN_SILENT_REQUESTS)) return notSent(request, 'the server no longer answers')
    const response = await send(options.endpoint, request, { clock, signal, timeoutMs })
    silent = response.state === 'failed' ? silent + 1 : 0
    options.progress.step(`${check.id} requests`, ++done, requests.length)
    return response
  })
}

function notSent(request: CheckRequest, reason: string): CheckResponse {
  return { state: 'failed', request, error: `not sent: ${reason}`, durationMs: 0 }
}

function judgeAll(
  check: Check,
  context: CheckContext,
  responses: CheckResponse[],
  options: RunCheckOptions,
): CheckResult {
  if (!options.signal.aborted)
    return resultOf(check, check.judge(context, responses), responses.length, options.redaction)
  const judgement: Judgement = { state: 'error', reason: 'interrupted before it was judged' }
  return { ...unsent(check, judgement), requests: responses.length }
}

function isSilent(responses: readonly CheckResponse[]): boolean {
  return responses.length > 0 && responses.every((response) => response.state === 'failed')
}

/** The verdict within the bounds of the document, whatever the check and the server made of it. */
function resultOf(check: Check, verdict: Verdict, requests: number, redaction: Redaction): CheckResult {
  const { judgement } = verdict
  return {
    id: check.id,
    title: check.title,
    judgement:
      judgement.state === 'pass' ? judgement : { ...judgement, reason: clip(redaction(judgement.reason), 1000) },
    requests,
    evidence: (verdict.evidence ?? []).slice(0, MAX_EVIDENCE).map((entry) => redacted(entry, redaction)),
    measures: finite(verdict.measures ?? {}),
    exact: finite(verdict.exact ?? {}),
    items: verdict.items?.map((item) => ({ ...item, answer: clip(redaction(item.answer), 200) })) ?? null,
  }
}

function redacted(entry: Evidence, redaction: Redaction): Evidence {
  return {
    request: clip(redaction(entry.request), 1000),
    response: clip(redaction(entry.response), 1200),
    remark: clip(redaction(entry.remark), 600),
  }
}

function finite(numbers: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(numbers).filter(([, value]) => Number.isFinite(value)))
}
