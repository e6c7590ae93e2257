/** The closed vocabularies of the project. A word outside these lists is a bug, not a new state. */

export const VENDORS = ['ascend', 'nvidia'] as const
export type Vendor = (typeof VENDORS)[number]

/** Which code a measurement is of: the pull request's head, or what it is compared with. */
export const SIDES = ['base', 'head'] as const
export type Side = (typeof SIDES)[number]

/** Generations of DeepSeek V4's prompt encoding; the same effort word renders differently in each. */
export const ENCODINGS = ['v4-preview', 'v4-0731', 'v4.1'] as const
export type Encoding = (typeof ENCODINGS)[number]

/** What can be said of one metric, check or cell. Never "significant", never silence. */
export const VERDICTS = [
  'regressed',
  'broken',
  'missing',
  'infrastructure',
  'not-comparable',
  'inconclusive',
  'improved',
  'new',
  'equivalent',
  'skipped',
] as const
export type Verdict = (typeof VERDICTS)[number]

/** Verdicts that rest on a comparison or a rule that could have said the opposite. Zero of these is never `pass`. */
export const JUDGED_VERDICTS: readonly Verdict[] = ['regressed', 'broken', 'inconclusive', 'improved', 'equivalent']

/** What the whole report says. */
export const OUTCOMES = ['pass', 'fail', 'incomplete'] as const
export type Outcome = (typeof OUTCOMES)[number]

/** Exit codes are a contract that scripts rely on. */
export const EXIT_CODES = { pass: 0, fail: 1, configuration: 2, incomplete: 3, interrupted: 130 } as const

/** Which way is good. */
export const DIRECTIONS = ['higher-is-better', 'lower-is-better'] as const
export type Direction = (typeof DIRECTIONS)[number]

/** Metrics of one family have like noise, so they borrow variance from each other. */
export const METRIC_FAMILIES = ['throughput', 'latency-median', 'latency-tail'] as const
export type MetricFamily = (typeof METRIC_FAMILIES)[number]

/** `judged`: decides the verdict. `reported`: a row with an interval. `recorded`: in the result only. */
export const METRIC_ROLES = ['judged', 'reported', 'recorded'] as const
export type MetricRole = (typeof METRIC_ROLES)[number]

/** Why a load point is not what it says. */
export const POINT_FAULT_CODES = [
  'client-busy',
  'client-stall',
  'client-late',
  'run-delay',
  'steal',
  'throttled',
  'clock-step',
  'late-dispatch',
  'connections',
  'unsent',
  'failed-requests',
  'no-tokens',
  'no-usage',
  'wrong-token-count',
  'prompt-length',
  'cache-contamination',
  'server-restarted',
  'server-disagrees',
  'foreign-load',
  'littles-law',
  'not-steady',
  'drift',
] as const
export type PointFaultCode = (typeof POINT_FAULT_CODES)[number]

/** Load clients whose definitions can be printed from our records. */
export const COMPAT_PEERS = ['vllm', 'sglang', 'aiperf', 'aisbench'] as const
export type CompatPeer = (typeof COMPAT_PEERS)[number]
