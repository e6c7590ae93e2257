import type { Random } from '../../../record/seeded-random.ts'

/** Below this shape the method of Marsaglia and Tsang does not hold. */
const LEAST_SHAPE = 1

/** One draw of the standard normal law by the polar method (G. Marsaglia and T. A. Bray, SIAM Review 6, 1964). */
export function normalDraw(random: Random): number {
  for (;;) {
    const across = 2 * random.next() - 1
    const up = 2 * random.next() - 1
    const square = across * across + up * up
    if (square > 0 && square < 1) return across * Math.sqrt((-2 * Math.log(square)) / square)
  }
}

/**
 * One draw of the gamma law with this shape and mean 1 (G. Marsaglia and W. W. Tsang, "A simple method for generating
 * gamma variables", ACM Transactions on Mathematical Software 26, 2000; shapes below 1 by their note of section 6).
 */
export function unitGammaDraw(shape: number, random: Random): number {
  const raised = shape < LEAST_SHAPE ? shape + 1 : shape
  const draw = standardGammaDraw(raised, random)
  return (shape < LEAST_SHAPE ? draw * openUniform(random) ** (1 / shape) : draw) / shape
}

/** One draw of the exponential law with mean 1, by inversion. */
export function unitExponentialDraw(random: Random): number {
  return -Math.log(openUniform(random))
}

function standardGammaDraw(shape: number, random: Random): number {
  const scale = shape - 1 / 3
  const spread = 1 / Math.sqrt(9 * scale)
  for (;;) {
    const normal = normalDraw(random)
    const cube = (1 + spread * normal) ** 3
    if (cube <= 0) continue
    if (Math.log(openUniform(random)) < (normal * normal) / 2 + scale * (1 - cube + Math.log(cube))) return scale * cube
  }
}

/** Uniform in (0, 1]: its logarithm is finite. */
function openUniform(random: Random): number {
  return 1 - random.next()
}
