/**
 * The engine kinds that a matrix file may name, as data. `mode` says how the endpoint comes to be. Ready limits of
 * one hour are what vllm-ascend's tutorials set for V4 (VLLM_ENGINE_READY_TIMEOUT_S=3600): weights of 160 to 900 GB.
 */
export interface EngineKind {
  mode: 'launch' | 'attach' | 'simulated'
  defaultReadyPath: string
  defaultReadyTimeoutSeconds: number
}

export const ENGINE_KINDS = {
  vllm: { mode: 'launch', defaultReadyPath: '/health', defaultReadyTimeoutSeconds: 3600 },
  'vllm-ascend': { mode: 'launch', defaultReadyPath: '/health', defaultReadyTimeoutSeconds: 3600 },
  sglang: { mode: 'launch', defaultReadyPath: '/health', defaultReadyTimeoutSeconds: 3600 },
  trtllm: { mode: 'launch', defaultReadyPath: '/health', defaultReadyTimeoutSeconds: 3600 },
  mindie: { mode: 'launch', defaultReadyPath: '/v1/models', defaultReadyTimeoutSeconds: 3600 },
  'llama.cpp': { mode: 'launch', defaultReadyPath: '/health', defaultReadyTimeoutSeconds: 600 },
  openai: { mode: 'attach', defaultReadyPath: '/v1/models', defaultReadyTimeoutSeconds: 60 },
  simulated: { mode: 'simulated', defaultReadyPath: '/health', defaultReadyTimeoutSeconds: 30 },
} as const satisfies Record<string, EngineKind>

export type EngineKindName = keyof typeof ENGINE_KINDS

type KindsOf<Mode> = {
  [Name in EngineKindName]: (typeof ENGINE_KINDS)[Name]['mode'] extends Mode ? Name : never
}[EngineKindName]

/** Kinds whose server is started from a `serve` command line. */
export const LAUNCHED_KINDS = (Object.keys(ENGINE_KINDS) as EngineKindName[]).filter(
  (name): name is KindsOf<'launch'> => ENGINE_KINDS[name].mode === 'launch',
)
