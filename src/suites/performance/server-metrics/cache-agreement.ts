import type { PointFault } from '../../../record/cell-result.ts'
import { estimatesCache, LARGEST_CACHE_BLOCK_TOKENS, SALT_TOKENS } from '../faults/cache-contamination.ts'
import type { RequestRecord } from '../record.ts'
import type { BothSides } from './agreement.ts'

/** Of the tokens looked up, for requests that the scrapes caught in part. */
const TOLERATED_SHARE = 0.01

/**
 * Prompt tokens that the server found in its prefix cache, by its counters, against those that the load lets it find.
 * Only where no answer tells its own: those are judged request by request elsewhere.
 */
export function cacheAgreement({ counts, records, templateTokens }: BothSides): PointFault | null {
  const { prefixCacheHits: hits, prefixCacheQueries: queries } = counts.values
  if (hits === undefined || queries === undefined || queries === 0) return null
  if (records.length === 0 || records.some(({ cachedTokens }) => cachedTokens !== null)) return null
  if (records.some(estimatesCache)) return null
  const permitted = records.reduce((total, record) => total + permittedBy(record) + templateTokens + SALT_TOKENS, 0)
  if (hits <= permitted + TOLERATED_SHARE * queries) return null
  return {
    code: 'cache-contamination',
    by: 'load',
    voids: 'all',
    reason: `the server found ${hits} of ${queries} prompt tokens in its prefix cache; this load lets it find ${permitted}`,
  }
}

/** Caches serve whole blocks, so that up to one more may follow a prefix that may be cached. */
function permittedBy({ asked }: RequestRecord): number {
  return asked.cachedTokens > 0 ? asked.cachedTokens + LARGEST_CACHE_BLOCK_TOKENS : 0
}
