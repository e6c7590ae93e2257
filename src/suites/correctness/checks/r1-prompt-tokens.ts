import { readAnswer } from '../answer.ts'
import type { Check, CheckContext, CheckRequest, CheckResponse, Verdict } from '../check.ts'
import { CONVERSATIONS, type Conversation } from '../conversations.ts'
import { CHAT_PATH, post, withoutThinking, withThinking } from '../requests.ts'
import { exactVerdict, type Fault, obstacleOf, screen } from '../screen.ts'

/**
 * How many tokens each conversation renders to. One server alone fails only when it does not say, says zero, or says
 * two things; the counts go into `exact`, where base and head, and one vendor and another, must agree. A conversation
 * that the server refuses (4xx: an unknown effort, no tool support) counts as 0 there, so that a new refusal shows.
 */
export const promptTokens: Check = {
  id: 'R1',
  title: 'Prompt rendering',
  needs: ['chat'],
  after: [],
  plan(context: CheckContext): CheckRequest[] {
    const once = (round: string) =>
      CONVERSATIONS.map((conversation) => post(`${conversation.id}/${round}`, CHAT_PATH, bodyOf(conversation, context)))
    return [...once('first'), ...once('again')]
  },
  judge(_context: CheckContext, responses: CheckResponse[]): Verdict {
    const refused = new Set(
      responses.filter((response) => isOptional(response) && obstacleOf(response)?.kind === 'refused').map(idOf),
    )
    const answered = responses.filter((response) => !refused.has(idOf(response)))
    const unusable = screen(answered)
    if (unusable) return unusable
    const exact: Record<string, number> = {}
    const faults: Fault[] = []
    for (const { id } of CONVERSATIONS) {
      if (refused.has(id)) {
        exact[nameOf(id)] = 0
        continue
      }
      const both = answered.filter((response) => idOf(response) === id)
      const counts = both.map((response) => readAnswer(response)?.usage?.promptTokens ?? null)
      const [first, again] = counts
      const response = both[0]
      if (!response) continue
      if (first == null || again == null) faults.push({ response, remark: 'the answer has no usage.prompt_tokens' })
      else if (first <= 0) faults.push({ response, remark: `prompt_tokens is ${first}` })
      else if (first !== again) faults.push({ response, remark: `prompt_tokens is ${first}, then ${again}` })
      else exact[nameOf(id)] = first
    }
    const measures = { conversations: CONVERSATIONS.length, 'refused-conversations': refused.size }
    return exactVerdict(faults, { exact, measures })
  },
}

function bodyOf(conversation: Conversation, context: CheckContext): Record<string, unknown> {
  const { messages, tools, effort } = conversation
  return {
    model: context.model,
    messages,
    max_tokens: 1,
    temperature: 0,
    ...(tools ? { tools } : {}),
    ...modeOf(effort, context),
  }
}

/** Servers read the effort from one of two places; both say the same. */
function modeOf(effort: string | undefined, context: CheckContext): Record<string, unknown> {
  if (effort === undefined) return withoutThinking(context.capabilities)
  if (effort === 'default') return {}
  return { reasoning_effort: effort, ...withThinking(context.capabilities, effort) }
}

/** Tools and effort values are optional in a server; plain conversations are not. */
function isOptional(response: CheckResponse): boolean {
  const conversation = CONVERSATIONS.find(({ id }) => id === idOf(response))
  return conversation !== undefined && (conversation.tools !== undefined || conversation.effort !== undefined)
}

function idOf(response: CheckResponse): string {
  return response.request.id.split('/')[0]!
}

function nameOf(conversation: string): string {
  return `prompt-tokens:${conversation}`
}
