import type { EventClass, LoadSpec, RequestRecord } from '../../../../src/suites/performance/record.ts'

/** A request written at 10 ms; events as `[atMs, read, class]`. */
export function record(events: [number, number, EventClass][], changes: Partial<RequestRecord> = {}): RequestRecord {
  return {
    id: 'r',
    intendedMs: 9,
    dequeuedMs: 9.5,
    writtenMs: 10,
    firstByteMs: events[0]?.[0] ?? null,
    endMs: events.at(-1)?.[0] ?? 10,
    events: events.map(([atMs, read, eventClass]) => ({ atMs, read, class: eventClass, tokens: null })),
    promptTokens: 32,
    completionTokens: 4,
    cachedTokens: null,
    finishReason: 'length',
    outcome: { state: 'ok' },
    ...changes,
  }
}

export const spec: LoadSpec = {
  scenario: 's',
  concurrency: 2,
  requests: 3,
  warmupRequests: 0,
  inputTokens: 32,
  outputTokens: 4,
  seed: 1,
  requestTimeoutMs: 1000,
}
