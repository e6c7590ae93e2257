import type { PointFault } from '../../../record/cell-result.ts'
import type { RequestRecord } from '../record.ts'

/** Prompts differ from their first words on, but two salts may begin alike; also the smallest usual cache block. */
export const SALT_TOKENS = 16
/** Caches serve whole blocks: behind a prefix that may be cached, up to one of the largest usual blocks may follow. */
export const LARGEST_CACHE_BLOCK_TOKENS = 256

/**
 * A prefix cache that serves what the scenario does not let it serve turns prefill into a lookup: TTFT of such a point is
 * that of the cache (vllm-project/vllm#52884, #54227). One request is enough, since nothing may hit by design.
 */
export function cacheContamination(records: readonly RequestRecord[], templateTokens: number): PointFault[] {
  const told = records.filter(({ cachedTokens }) => cachedTokens !== null)
  const hit = told.filter((record) => record.cachedTokens! > allowed(record, templateTokens))
  if (hit.length === 0) return []
  const prompt = told.reduce((sum, { promptTokens }) => sum + (promptTokens ?? 0), 0)
  const beyond = hit.reduce((sum, { cachedTokens, asked }) => sum + cachedTokens! - asked.cachedTokens, 0)
  const share = prompt > 0 ? ` (${((100 * beyond) / prompt).toFixed(1)} % of all prompt tokens)` : ''
  const worst = hit.reduce((left, right) => (excess(right) > excess(left) ? right : left))
  const reason =
    `a prefix cache served ${beyond} prompt tokens${share} that it should not have, in ${hit.length} of ${told.length} ` +
    `requests; at most ${worst.cachedTokens} instead of ${worst.asked.cachedTokens}`
  return [{ code: 'cache-contamination', by: 'load', voids: 'all', reason }]
}

/** What a cache may serve of a prompt that nothing could count is itself only estimated, from bytes. */
export function estimatesCache({ asked }: Pick<RequestRecord, 'asked'>): boolean {
  return asked.inputTokens === null && asked.cachedTokens > 0
}

function allowed(record: RequestRecord, templateTokens: number): number {
  const { asked } = record
  if (estimatesCache(record)) return Number.POSITIVE_INFINITY
  const block = asked.cachedTokens > 0 ? LARGEST_CACHE_BLOCK_TOKENS : 0
  return asked.cachedTokens + templateTokens + SALT_TOKENS + block
}

function excess({ cachedTokens, asked }: RequestRecord): number {
  return cachedTokens! - asked.cachedTokens
}
