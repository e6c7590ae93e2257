import { MILLISECONDS, perAnswer, percentileMetrics } from './distribution.ts'

/** Time in the server's own queue, where it tells it for each request (vLLM `metrics.queue_time_ms`). */
export const queueTime = percentileMetrics(
  {
    ...MILLISECONDS,
    name: 'queue-time',
    label: 'Queue time',
    samples: perAnswer(({ record }) => record.server?.queueMs ?? null),
  },
  [[50, 'recorded']],
)
