import { readAnswer } from '../answer.ts'
import type { Check, CheckContext, CheckRequest, CheckResponse, Verdict } from '../check.ts'
import type { TokenLogprob } from '../logprobs.ts'
import { CHAT_PATH, post, user, withoutThinking } from '../requests.ts'
import { exactVerdict, type Fault, screen } from '../screen.ts'

const TOP_K = 20
const MAX_TOKENS = 24
/** Rounding of the sum over 20 exponentials. */
const SUM_TOLERANCE = 1e-3
/** The same number printed twice in one answer; llama.cpp's differ by 1e-5 between requests. */
const SAME_TOLERANCE = 1e-3
/** Between two runs of one request: vllm-ascend's tolerance for decoded tokens, about one bf16 step of a logit. */
const REPEAT_TOLERANCE = 0.14

const PROMPTS = [
  'Which city is the capital of France?',
  'Name the seven days of the week.',
  'Write one sentence about the sea.',
  'What is 17 plus 25?',
  '用一句话描述月亮。',
  'Spell the word "banana" backwards.',
  'List three prime numbers.',
  'Complete: to be or not to be, that is',
] as const

/** Whether the numbers can be trusted at all: everything numeric rests on this. */
export const logprobTrust: Check = {
  id: 'N0',
  title: 'Log-probability consistency',
  needs: ['chat', 'chat-logprobs'],
  after: [],
  // Alone, so that two runs of one request differ as little as the server can.
  concurrency: 1,
  plan(context: CheckContext): CheckRequest[] {
    const bodies = PROMPTS.map((prompt) => ({
      model: context.model,
      messages: user(prompt),
      max_tokens: MAX_TOKENS,
      temperature: 0,
      logprobs: true,
      top_logprobs: TOP_K,
      ...withoutThinking(context.capabilities),
    }))
    return ['first', 'again'].flatMap((round) =>
      bodies.map((body, index) => post(`prompt-${index}/${round}`, CHAT_PATH, body)),
    )
  },
  judge(_context: CheckContext, responses: CheckResponse[]): Verdict {
    const unusable = screen(responses)
    if (unusable) return unusable
    const entries = responses.map((response) => readAnswer(response)?.logprobs ?? [])
    const faults: Fault[] = responses.flatMap((response, index) =>
      positionFaults(entries[index]!).map((remark) => ({ response, remark })),
    )
    let largestRepeatDelta = 0
    let splits = 0
    for (const [index, response] of responses.slice(0, PROMPTS.length).entries()) {
      const repeat = compareRepeat(entries[index]!, entries[index + PROMPTS.length] ?? [])
      largestRepeatDelta = Math.max(largestRepeatDelta, repeat.largestDelta)
      if (repeat.split) splits++
      if (repeat.fault) faults.push({ response, remark: repeat.fault })
    }
    const measures = {
      positions: entries.reduce((sum, list) => sum + list.length, 0),
      'largest-repeat-delta': largestRepeatDelta,
      'repeats-that-split': splits,
    }
    return exactVerdict(faults, { measures })
  },
}

/** What is wrong within one answer; at most one remark of a kind. */
export function positionFaults(entries: readonly TokenLogprob[]): string[] {
  if (entries.length === 0) return ['the answer has no log probabilities']
  const remarks = new Map<string, string>()
  for (const [position, entry] of entries.entries())
    for (const [kind, remark] of entryFaults(entry))
      if (!remarks.has(kind)) remarks.set(kind, `token ${position} ${JSON.stringify(entry.token)}: ${remark}`)
  return [...remarks.values()]
}

function entryFaults(entry: TokenLogprob): [kind: string, remark: string][] {
  const { logprob, top } = entry
  if (logprob === null) return [['absent', 'no log probability']]
  if (top.length === 0) return [['top', 'no top_logprobs']]
  const faults: [string, string][] = []
  const sum = top.reduce((total, candidate) => total + Math.exp(candidate.logprob), 0)
  if (logprob > SUM_TOLERANCE) faults.push(['positive', `log probability ${logprob} is above 0`])
  if (sum > 1 + SUM_TOLERANCE) faults.push(['sum', `the top ${top.length} probabilities sum to ${sum.toFixed(4)}`])
  // vLLM appends a sampled token that is outside the top k, so only the first k are sorted.
  const ranked = top.slice(0, TOP_K)
  if (ranked.some((candidate, index) => index > 0 && candidate.logprob > ranked[index - 1]!.logprob + 1e-6))
    faults.push(['sorted', 'top_logprobs are not sorted'])
  const own = top.filter((candidate) => isSameToken(entry, candidate))
  const nearest = Math.min(...own.map((candidate) => Math.abs(candidate.logprob - logprob)))
  if (own.length === 0) faults.push(['listed', 'the greedy token is not among its own top_logprobs'])
  else if (nearest > SAME_TOLERANCE)
    faults.push(['equal', `its log probability is ${logprob}, its top_logprobs entry differs by ${nearest.toFixed(4)}`])
  const best = Math.max(...top.map((candidate) => candidate.logprob))
  // By value, not by place: two tokens may have the same logit, and either is then the greedy one.
  if (best > logprob + SAME_TOLERANCE)
    faults.push(['greedy', `at temperature 0 it has ${logprob}, but another token has ${best}`])
  return faults
}

function isSameToken(entry: TokenLogprob, candidate: { token: string; id: number | null }): boolean {
  return entry.id !== null && candidate.id !== null ? entry.id === candidate.id : entry.token === candidate.token
}

interface RepeatComparison {
  largestDelta: number
  split: boolean
  fault: string | null
}

/**
 * Compares two runs up to their first different token. A split is the server's noise when the two best tokens were
 * nearly equal there, and a fault when they were not.
 */
export function compareRepeat(first: readonly TokenLogprob[], again: readonly TokenLogprob[]): RepeatComparison {
  let largestDelta = 0
  for (let position = 0; position < Math.min(first.length, again.length); position++) {
    const [left, right] = [first[position]!, again[position]!]
    if (!isSameToken(left, right)) {
      const gap = Math.min(gapOf(left), gapOf(right))
      const fault = `the repeat has another token at ${position}, where the best two were ${gap.toFixed(3)} apart`
      return { largestDelta, split: true, fault: gap > REPEAT_TOLERANCE ? fault : null }
    }
    const delta = Math.abs((left.logprob ?? 0) - (right.logprob ?? 0))
    largestDelta = Math.max(largestDelta, delta)
    if (delta > REPEAT_TOLERANCE)
      return { largestDelta, split: false, fault: `the repeat differs by ${delta.toFixed(3)} at token ${position}` }
  }
  return { largestDelta, split: false, fault: null }
}

function gapOf(entry: TokenLogprob): number {
  const ranked = entry.top.map((candidate) => candidate.logprob).sort((left, right) => right - left)
  return ranked.length < 2 ? 0 : ranked[0]! - ranked[1]!
}
