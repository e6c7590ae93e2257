import type { Encoding } from '../../record/words.ts'

export interface SimulatorTiming {
  /** Time to first token of an empty prompt. */
  ttftMs: number
  /** What each prompt token that is not cached adds to it. */
  prefillMsPerToken: number
  /** Inter-token latency of a request alone. */
  itlMs: number
  /** Relative standard deviation of the one factor that a server start draws for all its times. */
  sessionScatter: number
  /** Relative standard deviation of the factor that each request draws. */
  requestScatter: number
  /** How much slower each further running request makes decoding, as a share. */
  slowdownPerRequest: number
}

/** Whose metrics page it has, and whose times in the body of an answer. */
export const METRICS_DIALECTS = ['vllm', 'sglang', 'mindie', 'llamacpp'] as const
export type MetricsDialect = (typeof METRICS_DIALECTS)[number]

export interface SimulatorOptions {
  /** 0 takes any free port. */
  port: number
  /** The name it serves under. */
  model: string
  encoding: Encoding
  /** The weights: vocabulary probabilities, which items are wrong. */
  modelSeed: number
  /** The server start: its speed, the few items that flip, the seeds of requests without one. */
  sessionSeed: number
  timing: SimulatorTiming
  /** Standard deviation of the logits from the reference device's; another value plays another vendor. */
  deviceScatter: number
  /** Standard deviation of the logits between prefill and decode. */
  phaseScatter: number
  /** `reasoning` is what vLLM sends since 0.28, `reasoning_content` what others send. */
  reasoningField: 'reasoning' | 'reasoning_content'
  metricsDialect: MetricsDialect
  /** Prompt and output together. */
  contextTokens: number
  /** Names from the fault registry. */
  faults: readonly string[]
  /** Called when a fault ends the server; the sockets are closed already. */
  onDeath?: (() => void) | undefined
}

export const DEFAULT_TIMING: SimulatorTiming = {
  ttftMs: 60,
  prefillMsPerToken: 0.02,
  itlMs: 8,
  sessionScatter: 0.005,
  requestScatter: 0.01,
  slowdownPerRequest: 0.003,
}

export const DEFAULT_OPTIONS: SimulatorOptions = {
  port: 0,
  model: 'simulated-v4',
  encoding: 'v4-0731',
  modelSeed: 1,
  sessionSeed: 1,
  timing: DEFAULT_TIMING,
  deviceScatter: 0,
  phaseScatter: 0.01,
  reasoningField: 'reasoning',
  metricsDialect: 'vllm',
  contextTokens: 65_536,
  faults: [],
}

/** What a caller may leave out takes its default; so do parts of the timing. */
export type SimulatorSettings = Partial<Omit<SimulatorOptions, 'timing'>> & { timing?: Partial<SimulatorTiming> }

export function withDefaults(settings: SimulatorSettings): SimulatorOptions {
  return { ...DEFAULT_OPTIONS, ...settings, timing: { ...DEFAULT_TIMING, ...settings.timing } }
}
