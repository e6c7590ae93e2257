/** Two scorings of the same tokens, natural logarithms. */
export interface ScoreComparison {
  decode: (number | null)[]
  prefill: (number | null)[]
  /** Positions that both scored; a number absent on either side is `unscored` and never counts as zero. */
  positions: number
  unscored: number
  meanDelta: number
  p95Delta: number
  largestDelta: number
  worstPosition: number
  /**
   * Mean of e^r - 1 - r with r = prefill - decode: never negative, zero only for equal numbers. The estimator "k3" of
   * the KL divergence (J. Schulman, "Approximating KL Divergence", 2020); at temperature 0 an index, not a divergence.
   */
  index: number
}

/** e^20 is beyond any threshold; a larger exponent would only overflow. */
const MAX_EXPONENT = 20

export function compareScores(
  decode: readonly (number | null)[],
  prefill: readonly (number | null)[],
): ScoreComparison {
  const deltas: { position: number; delta: number }[] = []
  let sum = 0
  let unscored = 0
  for (const [position, before] of decode.entries()) {
    const after = prefill[position] ?? null
    if (before === null || after === null) {
      unscored++
      continue
    }
    const difference = after - before
    deltas.push({ position, delta: Math.abs(difference) })
    const bounded = Math.min(difference, MAX_EXPONENT)
    // Rounding may take differences near zero a little below it.
    sum += Math.max(0, Math.expm1(bounded) - bounded)
  }
  const positions = deltas.length
  const ranked = [...deltas].sort((left, right) => left.delta - right.delta)
  const worst = ranked.at(-1)
  return {
    decode: [...decode],
    prefill: [...prefill],
    positions,
    unscored,
    meanDelta: positions === 0 ? 0 : deltas.reduce((total, { delta }) => total + delta, 0) / positions,
    p95Delta: ranked[Math.max(0, Math.ceil(positions * 0.95) - 1)]?.delta ?? 0,
    largestDelta: worst?.delta ?? 0,
    worstPosition: worst?.position ?? 0,
    index: positions === 0 ? 0 : sum / positions,
  }
}
