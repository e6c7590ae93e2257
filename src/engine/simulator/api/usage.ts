import type { Usage } from '../faults/fault.ts'
import type { Hooks } from '../faults/hooks.ts'

export interface Counts {
  prompt: number
  cached: number
  completion: number
  /** Null on the completions route, which knows no reasoning. */
  reasoning: number | null
}

/** Null when usage is not to be reported. */
export function usageOf(counts: Counts, hooks: Hooks): Usage | null {
  return hooks.usage({
    prompt_tokens: counts.prompt,
    completion_tokens: counts.completion,
    total_tokens: counts.prompt + counts.completion,
    prompt_tokens_details: { cached_tokens: counts.cached },
    ...(counts.reasoning === null ? {} : { completion_tokens_details: { reasoning_tokens: counts.reasoning } }),
  })
}
