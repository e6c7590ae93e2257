import type { PointFault } from '../../../record/cell-result.ts'
import { carriesTokens } from '../event-classifier.ts'
import type { RequestRecord } from '../record.ts'
import type { BothSides } from './agreement.ts'
import { dialectNamed } from './dialects/registry.ts'
import { DIALECT_NAMES } from './vocabulary.ts'

/** The two clocks and the first token may differ by this much, or by this share of the time. */
const TOLERATED_MS = 5
const TOLERATED_SHARE = 0.05
/**
 * Share of the requests, and in any case so many, that may have an impossible time before the point is void: a client that
 * loses its core between a write and its stamp takes the answer for quicker than it was.
 */
const TOLERATED_IMPOSSIBLE = 0.05
const TOLERATED_ACCIDENTS = 1
/** No engine's own time includes HTTP, chat template, tokenizer, and the hops between its processes. */
const FRONT_MS = 10
/** A slow tokenizer takes this long for a token. */
const FRONT_MS_PER_PROMPT_TOKEN = 0.005
/** One frontend process serves all requests in turn: of a burst the last waits for all others. */
const FRONT_MS_PER_REQUEST_IN_FLIGHT = 1
/** Beyond these, less than half of the time was spent in the engine: then the medians are not the engine's either. */
const VOIDING_SHARE = 0.5
const VOIDING_MS = 100

/** One request as both sides saw its first token, milliseconds from its last written byte. */
interface FirstToken {
  /** First event of the answer, be it the role alone: not after the server's first token by more than the way. */
  earlyMs: number
  /** First event with a token: cannot be before the server's. */
  lateMs: number
  promptTokens: number
  /** What the answer says of it: in the queue (null: not told) and from there to the first token. */
  server: { queueMs: number | null; ttftMs: number } | null
}

/**
 * Time to first token as the client saw it against the server's own: for each request where the answers tell, and as
 * means by the server's histogram. A server time that is longer than the client's cannot be; a histogram that is much
 * shorter means a slow way between them: the network, the server's HTTP front end, or a client that was late.
 */
export function firstTokenAgreement({ counts, records }: BothSides): PointFault | null {
  const firsts = records.map(firstToken).filter((first) => first !== null)
  if (firsts.length === 0) return null
  const told = firsts.filter((first) => first.server !== null)
  const name = DIALECT_NAMES.find((dialect) => dialect === counts.dialect)
  const span = name ? dialectNamed(name).ttftSpan : 'to the first token'
  const allowance = frontAllowance(records, firsts)
  const answersTell = told.length >= 0.9 * firsts.length
  const early = answersTell ? tooEarly(told) : null
  if (early !== null) return early
  const { ttftMeanMs, ttftSamples } = counts.values
  // Means over other requests say nothing of these.
  if (ttftMeanMs === undefined || ttftSamples === undefined) return null
  if (Math.abs(ttftSamples - firsts.length) > Math.max(1, 0.01 * firsts.length)) return null
  const lateMs = mean(firsts.map((first) => first.lateMs))
  // The answers tell it of each request, and surely of no other one.
  if (!answersTell && ttftMeanMs > lateMs + tolerance(lateMs))
    return impossible(
      `mean TTFT is ${shown(lateMs)} here, but ${shown(ttftMeanMs)} by the server's histogram (${span})`,
    )
  return slowWay(mean(firsts.map((first) => first.earlyMs)), ttftMeanMs, allowance, `by its histogram, ${span}`)
}

/**
 * The times of single answers are a lower bound: llama.cpp leaves its queue out, and vLLM's queue begins when the engine
 * takes a request in, which it does between two steps only. With four streams on vLLM 0.32 for CPU they were 24 to 34 % below
 * its own histogram, which begins when the request arrives and was 0.4 % below the client's.
 */
function tooEarly(firsts: readonly FirstToken[]): PointFault | null {
  const wrong = firsts.filter(
    ({ lateMs, server }) => (server!.queueMs ?? 0) + server!.ttftMs > lateMs + tolerance(lateMs),
  )
  if (wrong.length <= Math.max(TOLERATED_ACCIDENTS, TOLERATED_IMPOSSIBLE * firsts.length)) return null
  const [{ lateMs, server }] = wrong as [FirstToken]
  const serverMs = (server!.queueMs ?? 0) + server!.ttftMs
  return impossible(
    `${wrong.length} of ${firsts.length} requests had their first token here before the server says it was made, ` +
      `one after ${shown(lateMs)} against ${shown(serverMs)}`,
  )
}

function slowWay(clientMs: number, serverMs: number, allowance: number, source: string): PointFault | null {
  const excess = clientMs - serverMs
  if (excess <= tolerance(serverMs) + allowance) return null
  const voids = excess > Math.max(VOIDING_MS, VOIDING_SHARE * clientMs) ? 'all' : 'tails'
  const reason =
    `answers begin ${shown(clientMs)} after their request on average, but the server says ${shown(serverMs)} (${source}): ` +
    "the network, the server's HTTP front end or a late client took the rest"
  return { code: 'server-disagrees', by: 'client', voids, reason }
}

function impossible(reason: string): PointFault {
  return { code: 'server-disagrees', by: 'server', voids: 'all', reason }
}

function firstToken({ events, writtenMs, promptTokens, asked, server }: RequestRecord): FirstToken | null {
  for (let index = 0; index < events.length; index++) {
    if (!carriesTokens(events.classAt(index))) continue
    const { ttftMs = null, queueMs = null } = server ?? {}
    return {
      earlyMs: events.atMs(0) - writtenMs,
      lateMs: events.atMs(index) - writtenMs,
      promptTokens: promptTokens ?? asked.inputTokens ?? 0,
      server: ttftMs === null ? null : { queueMs, ttftMs },
    }
  }
  return null
}

/** What may pass between the client's write and the server's first stamp without anything being wrong. */
function frontAllowance(records: readonly RequestRecord[], firsts: readonly FirstToken[]): number {
  // A TCP handshake takes one round trip, and so do a request and its answer.
  const handshakes = records
    .filter(({ reused, connectMs }) => !reused && connectMs > 0)
    .map(({ connectMs }) => connectMs)
  const roundTrip = handshakes.length > 0 ? handshakes.reduce((least, ms) => Math.min(least, ms)) : 0
  const promptTokens = mean(firsts.map((first) => first.promptTokens))
  const ownTurn = FRONT_MS + FRONT_MS_PER_PROMPT_TOKEN * promptTokens
  return roundTrip + ownTurn + FRONT_MS_PER_REQUEST_IN_FLIGHT * peakInFlight(records)
}

/** The most requests at one time. */
export function peakInFlight(records: readonly RequestRecord[]): number {
  const changes = records.flatMap(({ writtenMs, endMs }) => [
    { atMs: writtenMs, by: 1 },
    { atMs: endMs, by: -1 },
  ])
  changes.sort((a, b) => a.atMs - b.atMs || a.by - b.by)
  let now = 0
  let most = 0
  for (const { by } of changes) {
    now += by
    most = Math.max(most, now)
  }
  return most
}

function tolerance(ms: number): number {
  return Math.max(TOLERATED_MS, TOLERATED_SHARE * ms)
}

function mean(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length
}

function shown(ms: number): string {
  return `${ms.toFixed(1)} ms`
}
