import { MILLISECONDS, percentileMetrics } from './distribution.ts'
import { chunkGaps } from './gaps.ts'

/** Inter-chunk latency: between consecutive reads with tokens, over all requests; its samples are {@link chunkGaps}. */
export const icl = percentileMetrics({ ...MILLISECONDS, name: 'icl', label: 'ICL', samples: chunkGaps }, [
  [50, 'recorded'],
  [99, 'recorded'],
])
