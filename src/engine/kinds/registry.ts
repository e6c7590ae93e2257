import type { EngineKind } from './kind.ts'
import { llamaCpp } from './llama-cpp.ts'
import { mindie } from './mindie.ts'
import { openai } from './openai.ts'
import { sglang } from './sglang.ts'
import { simulated } from './simulated.ts'
import { trtllm } from './trtllm.ts'
import { vllm } from './vllm.ts'
import { vllmAscend } from './vllm-ascend.ts'

/** One line a kind. */
export const ENGINE_KINDS: readonly EngineKind[] = [
  vllm,
  vllmAscend,
  sglang,
  trtllm,
  mindie,
  llamaCpp,
  openai,
  simulated,
]

export function engineKind(name: string): EngineKind | undefined {
  return ENGINE_KINDS.find((kind) => kind.name === name)
}
