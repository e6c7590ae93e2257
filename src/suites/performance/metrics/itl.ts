import { MILLISECONDS, percentileMetrics } from './distribution.ts'
import { tokenGaps } from './gaps.ts'

/** Inter-token latency: per token, over all requests together; its samples are those of {@link tokenGaps}. */
export const itl = percentileMetrics({ ...MILLISECONDS, name: 'itl', label: 'ITL', samples: tokenGaps }, [
  [50, 'reported'],
  [99, 'reported'],
])
