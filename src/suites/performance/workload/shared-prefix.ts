import type { Workload } from '../../../plan/load.ts'
import { seededRandom, seedOf } from '../../../record/seeded-random.ts'
import type { SessionSource, WorkloadContext } from './draft.ts'
import { drawLength } from './lengths.ts'
import type { Passage } from './text-writer.ts'

/**
 * Prompts that begin with the prefix of their group and go on with words of their own. Groups are drawn for each request,
 * so that the first, cold request of a group may come at any time; a warm-up request has a prefix to itself.
 */
export function sharedPrefixSource(
  workload: Extract<Workload, { kind: 'shared-prefix' }>,
  { seed, sessions, writer, remark }: WorkloadContext,
): SessionSource {
  const { templateTokens } = writer.ruler
  const { groups, prefixTokens } = workload
  const random = seededRandom(seed, 'groups')
  const groupOf = Array.from({ length: sessions }, () => random.integer(0, groups - 1))
  const firstOf = new Map<number, number>()
  for (const [index, group] of groupOf.entries()) if (!firstOf.has(group)) firstOf.set(group, index)
  if (firstOf.size * 2 > sessions)
    remark(`${sessions} requests share ${firstOf.size} prefixes: most find nothing in the cache`)
  const prefixes = new Map<number, Promise<Passage>>()
  const prefixOf = (group: number): Promise<Passage> => {
    const known = prefixes.get(group)
    if (known) return known
    const prefix = writer.write({ seed: seedOf(seed, 'prefix'), index: group, tokens: prefixTokens, salted: true })
    // A warm-up prefix is not asked for again.
    if (group < groups) prefixes.set(group, prefix)
    return prefix
  }
  return {
    sessions,
    tools: [],
    templateTokens,
    async session(index) {
      const group = groupOf[index] ?? groups + index
      const head = await prefixOf(group)
      const lengths = seededRandom(seed, 'lengths', index)
      const tokens = drawLength(workload.input, lengths) - templateTokens
      const prompt = await writer.write({ seed: seedOf(seed, 'prompt'), index, tokens, head, salted: true })
      const request = {
        messages: [{ role: 'user', content: prompt.text } as const],
        outputTokens: drawLength(workload.output, lengths),
        inputTokens: templateTokens + prompt.tokens,
        cachedTokens: group >= groups || firstOf.get(group) === index ? 0 : head.tokens,
        thinkMs: 0,
      }
      return { atMs: null, requests: [request] }
    },
  }
}
