import { EventLog } from '../../../../src/suites/performance/event-log.ts'
import type { LoadRun } from '../../../../src/suites/performance/load/run.ts'
import type { LoadSpec } from '../../../../src/suites/performance/load-spec.ts'
import type { EventClass, RequestRecord } from '../../../../src/suites/performance/record.ts'

/** One event: time, read, class and, where the server tells them, tokens. */
export type EventRow = [atMs: number, read: number, eventClass: EventClass, tokens?: number | null]

export function events(rows: readonly EventRow[]): EventLog {
  return EventLog.of(
    rows.map(([atMs, read, eventClass, tokens]) => ({ atMs, read, class: eventClass, tokens: tokens ?? null })),
  )
}

/** A request of 32 tokens in and 4 out, written at 10 ms over a connection that was open. */
export function record(rows: readonly EventRow[], changes: Partial<RequestRecord> = {}): RequestRecord {
  return {
    id: 'r',
    session: 0,
    turn: 0,
    intendedMs: 9,
    dequeuedMs: 9.5,
    writtenMs: 10,
    firstByteMs: rows[0]?.[0] ?? null,
    endMs: rows.at(-1)?.[0] ?? 10,
    reused: true,
    connectMs: 0,
    asked: { inputTokens: 32, outputTokens: 4, cachedTokens: 0 },
    events: events(rows),
    promptTokens: 32,
    completionTokens: 4,
    cachedTokens: null,
    reasoningTokens: null,
    finishReason: 'length',
    server: null,
    outcome: { state: 'ok' },
    ...changes,
  }
}

/** A request written at `writtenMs` whose tokens come one a read: the first after `ttftMs`, the others `gapMs` apart. */
export function steadyRecord(
  { writtenMs, ttftMs, gapMs, tokens }: { writtenMs: number; ttftMs: number; gapMs: number; tokens: number },
  changes: Partial<RequestRecord> = {},
): RequestRecord {
  const rows = Array.from(
    { length: tokens },
    (_, index): EventRow => [writtenMs + ttftMs + index * gapMs, index, 'answer'],
  )
  return record(rows, {
    intendedMs: writtenMs,
    dequeuedMs: writtenMs,
    writtenMs,
    asked: { inputTokens: 32, outputTokens: tokens, cachedTokens: 0 },
    completionTokens: tokens,
    ...changes,
  })
}

export const spec: LoadSpec = {
  scenario: 's',
  load: 'c2',
  arrival: { kind: 'closed', concurrency: 2 },
  workload: { kind: 'single', input: { law: 'fixed', tokens: 32 }, output: { law: 'fixed', tokens: 4 } },
  sessions: 3,
  warmupRequests: 0,
  seed: 1,
  requestTimeoutMs: 1000,
  slo: null,
  devices: null,
}

export function loadRun(records: RequestRecord[], changes: Partial<LoadRun> = {}): LoadRun {
  return { records, planned: records.length, durationMs: 100, inFlight: [], keepAlive: true, ...changes }
}
