import type { Check } from './check.ts'
import { arithmetic } from './checks/a1-arithmetic.ts'
import { logprobTrust } from './checks/n0-logprob-trust.ts'
import { decodeAgainstPrefill } from './checks/n1-decode-prefill.ts'
import { objectShape } from './checks/p1-object-shape.ts'
import { framing } from './checks/p2-framing.ts'
import { usage } from './checks/p4-usage.ts'
import { promptTokens } from './checks/r1-prompt-tokens.ts'
import { isolation } from './checks/x1-isolation.ts'
import { temperature } from './checks/z1-temperature.ts'

/** Every check, in the order in which they run and are shown. */
export const CHECKS: readonly Check[] = [
  objectShape,
  framing,
  usage,
  promptTokens,
  logprobTrust,
  decodeAgainstPrefill,
  arithmetic,
  isolation,
  temperature,
]
