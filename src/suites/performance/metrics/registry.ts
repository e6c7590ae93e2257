import { e2elP50 } from './e2el-p50.ts'
import { itlP50 } from './itl-p50.ts'
import { itlP99 } from './itl-p99.ts'
import type { MetricDefinition } from './metric.ts'
import { outputTokensPerSecond } from './output-tokens-per-second.ts'
import { requestsPerSecond } from './requests-per-second.ts'
import { tpotP50 } from './tpot-p50.ts'
import { ttftTokenP50 } from './ttft-token-p50.ts'
import { ttftTokenP99 } from './ttft-token-p99.ts'

/** Every metric of a load point, in the order of tables. Adding one is one file and one line. */
export const METRICS: readonly MetricDefinition[] = [
  ttftTokenP50,
  ttftTokenP99,
  tpotP50,
  itlP50,
  itlP99,
  e2elP50,
  outputTokensPerSecond,
  requestsPerSecond,
]
