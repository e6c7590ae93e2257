import { type Derived, type MetricDefinition, type MetricPoint, NOT_DERIVED } from './metric.ts'

/**
 * Speculative decoding, from the server's numbers in each answer where it gives them, else from its counters over the
 * measured time. Rate: accepted tokens of all drafted ones.
 */
export const speculativeAcceptanceRate: MetricDefinition = {
  name: 'speculative-acceptance-rate',
  label: 'Draft acceptance',
  unit: '%',
  direction: 'higher-is-better',
  family: 'throughput',
  role: 'recorded',
  minimumSamples: 1,
  derive: (point) => ratio(point, 'draftTokens', (accepted, drafted) => (100 * accepted) / drafted),
}

/** Tokens for each verification step, the one that the target model makes itself included: 1 + accepted / drafts. */
export const speculativeAcceptanceLength: MetricDefinition = {
  name: 'speculative-acceptance-length',
  label: 'Acceptance length',
  unit: 'tok/step',
  direction: 'higher-is-better',
  family: 'throughput',
  role: 'recorded',
  minimumSamples: 1,
  derive(point) {
    const derived = ratio(point, 'drafts', (accepted, drafts) => 1 + accepted / drafts)
    // SGLang has no counters, but a gauge of the length itself.
    const gauge = point.server?.values.acceptanceLength
    return derived.value === null && gauge !== undefined ? { value: gauge, samples: 1 } : derived
  },
}

function ratio(
  { answers, server }: MetricPoint,
  base: 'drafts' | 'draftTokens',
  of: (accepted: number, base: number) => number,
): Derived {
  let accepted = 0
  let total = 0
  let samples = 0
  for (const { record } of answers) {
    const own = record.server
    const part = own?.[base] ?? null
    if (own === null || part === null || own.acceptedTokens === null) continue
    accepted += own.acceptedTokens
    total += part
    samples++
  }
  if (samples === 0 && server !== null) {
    accepted = server.values.acceptedTokens ?? 0
    total = server.values.acceptedTokens === undefined ? 0 : (server.values[base] ?? 0)
    samples = answers.length
  }
  return total > 0 ? { value: of(accepted, total), samples } : NOT_DERIVED
}
