import { carriesTokens } from '../event-classifier.ts'
import type { Answer, MetricPoint } from './metric.ts'

/** Share of coalesced token events above which ITL no longer resolves single tokens. */
export const MAX_COALESCED_SHARE = 0.01
/** Where events do not say their tokens, one event is taken for one token while at least this share of tokens has one. */
export const MIN_EVENTS_PER_TOKEN = 0.95
/** More in one event than any decoding step makes: it was held back, and when its tokens were made is not known. */
export const MAX_TOKENS_PER_EVENT = 256

/**
 * Times between consecutive reads that brought tokens, of all requests: one sample a chunk, however many tokens it holds.
 */
export function chunkGaps({ answers }: MetricPoint): Float64Array {
  const gaps = new Float64Array(sum(answers, ({ times }) => Math.max(0, times.chunks - 1)))
  let count = 0
  for (const { record } of answers)
    eachRead(record.events, (gapMs) => {
      if (gapMs !== null) gaps[count++] = gapMs
    })
  return gaps
}

/**
 * Times between tokens, of all requests. A read with exactly one token event that holds T tokens after a gap g gives T
 * samples of g/T. A read of several token events gives none (neither zeros nor a share of the gap), since when they were
 * made is not known. Where events do not say their tokens each counts as one, but only while token events make up 95 %
 * of `usage.completion_tokens` over the whole point (choosing single requests would choose those that accepted fewest
 * drafts); else there are no samples at all.
 */
export function tokenGaps(point: MetricPoint): Float64Array {
  const countEvents = eventsAreTokens(point)
  const wanted = point.answers.filter(({ times }) => times.tokensTold || countEvents)
  let capacity = 0
  for (const { record } of wanted)
    eachRead(record.events, (gapMs, events, tokens) => {
      capacity += samplesOf(gapMs, events, tokens)
    })
  const gaps = new Float64Array(capacity)
  let count = 0
  for (const { record } of wanted)
    eachRead(record.events, (gapMs, events, tokens) => {
      const samples = samplesOf(gapMs, events, tokens)
      for (let index = 0; index < samples; index++) gaps[count++] = gapMs! / samples
    })
  return gaps
}

/** Of the answers whose events do not say their tokens: whether each event can be taken for one token. */
export function eventsAreTokens({ answers }: MetricPoint): boolean {
  const untold = answers.filter(({ times }) => !times.tokensTold)
  const events = sum(untold, ({ times }) => times.tokenEvents)
  const tokens = sum(untold, ({ record }) => record.completionTokens ?? Number.POSITIVE_INFINITY)
  return untold.length > 0 && events >= MIN_EVENTS_PER_TOKEN * tokens
}

/** Share of the token events that came together with another in one read; null without token events. */
export function coalescedShare({ answers }: MetricPoint): number | null {
  const events = sum(answers, ({ times }) => times.tokenEvents)
  return events === 0 ? null : sum(answers, ({ times }) => times.coalescedTokenEvents) / events
}

function samplesOf(gapMs: number | null, events: number, tokens: number | null): number {
  if (gapMs === null || events !== 1) return 0
  const count = tokens ?? 1
  return count > MAX_TOKENS_PER_EVENT ? 0 : count
}

/**
 * Calls back for every read that brought tokens: its distance from the one before (null for the first), its token events
 * and their tokens (null where one does not say).
 */
function eachRead(
  events: Answer['record']['events'],
  visit: (gapMs: number | null, events: number, tokens: number | null) => void,
): void {
  let read = -1
  let atMs = 0
  let gapMs: number | null = null
  let inRead = 0
  let tokens: number | null = 0
  for (let index = 0; index < events.length; index++) {
    if (!carriesTokens(events.classAt(index))) continue
    const own = events.tokens(index)
    if (events.read(index) === read) {
      inRead++
      tokens = tokens === null || own === null ? null : tokens + own
      continue
    }
    if (read >= 0) visit(gapMs, inRead, tokens)
    const nowMs = events.atMs(index)
    gapMs = read >= 0 ? nowMs - atMs : null
    atMs = nowMs
    read = events.read(index)
    inRead = 1
    tokens = own
  }
  if (read >= 0) visit(gapMs, inRead, tokens)
}

function sum(answers: readonly Answer[], value: (answer: Answer) => number): number {
  return answers.reduce((total, answer) => total + value(answer), 0)
}
