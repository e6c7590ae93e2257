import type { Workload } from '../../../plan/load.ts'
import { seededRandom, seedOf } from '../../../record/seeded-random.ts'
import type { SessionSource, WorkloadContext } from './draft.ts'
import { drawLength } from './lengths.ts'

/** Unrelated prompts, each beginning with words of its own. */
export function singleSource(
  workload: Extract<Workload, { kind: 'single' }>,
  { seed, sessions, writer }: WorkloadContext,
): SessionSource {
  const { templateTokens } = writer.ruler
  return {
    sessions,
    tools: [],
    templateTokens,
    async session(index) {
      const random = seededRandom(seed, 'lengths', index)
      const tokens = drawLength(workload.input, random) - templateTokens
      const prompt = await writer.write({ seed: seedOf(seed, 'prompt'), index, tokens, salted: true })
      const request = {
        messages: [{ role: 'user', content: prompt.text } as const],
        outputTokens: drawLength(workload.output, random),
        inputTokens: templateTokens + prompt.tokens,
        cachedTokens: 0,
        thinkMs: 0,
      }
      return { atMs: null, requests: [request] }
    },
  }
}
