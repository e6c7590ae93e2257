import { e2el, e2elIntended, normalisedLatency } from './e2el.ts'
import { goodput, sloAttainment } from './goodput.ts'
import { icl } from './icl.ts'
import { itl } from './itl.ts'
import type { MetricDefinition } from './metric.ts'
import { outputTokensPerSecondPerUser } from './per-user.ts'
import { prefixCacheHitRate } from './prefix-cache-hit-rate.ts'
import { queueTime } from './queue-time.ts'
import { speculativeAcceptanceLength, speculativeAcceptanceRate } from './speculative-acceptance.ts'
import { stall, stallMax } from './stall.ts'
import {
  inputTokensPerSecond,
  outputTokensPerSecond,
  outputTokensPerSecondPerDevice,
  requestsPerSecond,
  totalTokensPerSecond,
} from './throughput.ts'
import { tpot } from './tpot.ts'
import { ttftAnswer, ttftByte, ttftEvent, ttftToken, ttftTokenIntended } from './ttft.ts'

/** Every metric of a load point, in the order of tables. Adding one is one definition and one line. */
export const METRICS: readonly MetricDefinition[] = [
  ...ttftToken,
  ...ttftTokenIntended,
  ...ttftByte,
  ...ttftEvent,
  ...ttftAnswer,
  ...tpot,
  ...itl,
  ...icl,
  ...stall,
  stallMax,
  ...e2el,
  ...e2elIntended,
  ...normalisedLatency,
  outputTokensPerSecond,
  outputTokensPerSecondPerDevice,
  outputTokensPerSecondPerUser,
  inputTokensPerSecond,
  totalTokensPerSecond,
  requestsPerSecond,
  goodput,
  sloAttainment,
  ...queueTime,
  prefixCacheHitRate,
  speculativeAcceptanceRate,
  speculativeAcceptanceLength,
]
