import { z } from 'zod'
import type { ChatMessage } from '../request-body.ts'

/** The two layouts of public data sets of conversations; what else a record holds is not read. */

const MAX_TEXT = 32 * 1024 * 1024
const MAX_MESSAGES = 10_000
const text = z.string().max(MAX_TEXT)

const SPEAKERS = ['human', 'user', 'gpt', 'assistant', 'chatgpt', 'bing', 'bard', 'system'] as const

const shareGpt = z.object({
  conversations: z.array(z.object({ from: z.enum(SPEAKERS), value: text })).max(MAX_MESSAGES),
})
const openAi = z.object({
  messages: z
    .array(z.object({ role: z.enum(['system', 'developer', 'user', 'assistant']), content: text }))
    .max(MAX_MESSAGES),
})

export const CONVERSATION_LAYOUTS =
  'a record is {"conversations":[{"from":"human"|"gpt"|"system","value":"…"}, …]} or {"messages":[{"role":"user"|"assistant"|"system","content":"…"}, …]}'

/** One record of either layout, as messages in the words of the API. */
export const conversationSchema: z.ZodType<ChatMessage[]> = z.unknown().transform((value, context) => {
  const layout = typeof value === 'object' && value !== null && 'messages' in value ? openAi : shareGpt
  const parsed = layout.safeParse(value)
  if (!parsed.success) {
    for (const issue of parsed.error.issues)
      context.addIssue({ code: 'custom', message: issue.message, path: issue.path })
    return z.NEVER
  }
  return 'messages' in parsed.data
    ? parsed.data.messages.map(({ role, content }) => message(role === 'developer' ? 'system' : role, content))
    : parsed.data.conversations.map(({ from, value }) => message(roleOf(from), value))
})

function message(role: ChatMessage['role'], content: string): ChatMessage {
  return { role, content: content.trim() }
}

function roleOf(from: (typeof SPEAKERS)[number]): ChatMessage['role'] {
  switch (from) {
    case 'human':
    case 'user':
      return 'user'
    case 'system':
      return 'system'
    case 'gpt':
    case 'assistant':
    case 'chatgpt':
    case 'bing':
    case 'bard':
      return 'assistant'
  }
}

/** A user's words and the recorded answer to them, null where the record ends without one. */
export interface Exchange {
  question: string
  answer: string | null
}

export interface Conversation {
  system: string | null
  exchanges: readonly Exchange[]
}

/**
 * Questions and answers in turn: an answer before the first question is left out, several messages of one speaker in a row
 * become one, empty ones are none. Null when nobody asks anything.
 */
export function conversationOf(messages: readonly ChatMessage[]): Conversation | null {
  const joined = (before: string | null, added: string) => (before === null ? added : `${before}\n\n${added}`)
  const exchanges: Exchange[] = []
  let system: string | null = null
  for (const { role, content } of messages) {
    if (content === null || content === '') continue
    const last = exchanges.at(-1)
    if (role === 'system') system = joined(system, content)
    else if (role === 'user') {
      if (last && last.answer === null) last.question = joined(last.question, content)
      else exchanges.push({ question: content, answer: null })
    } else if (last) last.answer = joined(last.answer, content)
  }
  return exchanges.length > 0 ? { system, exchanges } : null
}
