import { MILLISECONDS, perAnswer, percentileMetrics } from './distribution.ts'

/**
 * End-to-end latency: the stamp of the last event with tokens minus the time the last byte of the request was handed to
 * the socket. What comes after the last token (finish, usage, `[DONE]`) is no part of the answer.
 */
export const e2el = percentileMetrics(
  {
    ...MILLISECONDS,
    name: 'e2el',
    label: 'E2EL',
    samples: perAnswer(({ record, times }) => since(record.writtenMs, times.lastTokenMs)),
  },
  [
    [50, 'reported'],
    [90, 'recorded'],
    [99, 'recorded'],
  ],
)

/** The same from when the request should have been sent. */
export const e2elIntended = percentileMetrics(
  {
    ...MILLISECONDS,
    name: 'e2el.intended',
    label: 'E2EL from intended',
    samples: perAnswer(({ record, times }) => since(record.intendedMs, times.lastTokenMs)),
  },
  [[50, 'recorded']],
)

/** End-to-end latency divided by `usage.completion_tokens`, as Orca (OSDI '22) and vLLM's paper compare systems. */
export const normalisedLatency = percentileMetrics(
  {
    unit: 'ms/tok',
    direction: 'lower-is-better',
    name: 'normalised-latency',
    label: 'Normalised latency',
    samples: perAnswer(({ record, times }) => {
      const latencyMs = since(record.writtenMs, times.lastTokenMs)
      return latencyMs === null || !record.completionTokens ? null : latencyMs / record.completionTokens
    }),
  },
  [[50, 'recorded']],
)

function since(startMs: number, endMs: number | null): number | null {
  return endMs === null ? null : endMs - startMs
}
