import { z } from 'zod'
import { readAnswer } from '../answer.ts'
import type { Check, CheckContext, CheckRequest, CheckResponse, Verdict } from '../check.ts'
import { parseJson, stringAt } from '../json.ts'
import { CHAT_PATH, COMPLETIONS_PATH, post, user, withoutThinking } from '../requests.ts'
import { exactVerdict, type Fault, screen } from '../screen.ts'

/**
 * Shape of chat and completion objects, as OpenAI's API reference has them ("The chat completion object", "The chat
 * completion chunk object", "The completion object"). More fields than these are welcome: every engine adds some.
 */
const common = {
  id: z.string().min(1),
  created: z.number().int().positive(),
  model: z.string().min(1),
}
const finish = z.enum(['stop', 'length', 'tool_calls', 'function_call', 'content_filter']).nullable()
const count = z.number().int().nonnegative()
/** Whether it is there is P4's question. */
const usage = z.looseObject({ prompt_tokens: count, completion_tokens: count, total_tokens: count }).nullish()

const chatSchema = z.looseObject({
  ...common,
  object: z.literal('chat.completion'),
  usage,
  choices: z.tuple([
    z.looseObject({
      index: z.literal(0),
      finish_reason: finish.unwrap(),
      message: z.looseObject({ role: z.literal('assistant'), content: z.string().nullish() }),
    }),
  ]),
})
const completionSchema = z.looseObject({
  ...common,
  object: z.literal('text_completion'),
  usage,
  choices: z.tuple([z.looseObject({ index: z.literal(0), finish_reason: finish.unwrap(), text: z.string() })]),
})
const chatChunkSchema = z.looseObject({
  ...common,
  object: z.literal('chat.completion.chunk'),
  choices: z.array(
    z.looseObject({ index: count, finish_reason: finish.optional(), delta: z.looseObject({}).optional() }),
  ),
})

const ROUTE_ABSENT = [404, 405, 501]

export const objectShape: Check = {
  id: 'P1',
  title: 'Object shape',
  needs: [],
  after: [],
  plan(context: CheckContext): CheckRequest[] {
    const { model } = context
    const plain = { model, max_tokens: 16, temperature: 0, ...withoutThinking(context.capabilities) }
    const system = { role: 'system' as const, content: 'You answer in one short sentence.' }
    const prompt = 'The capital of France is'
    return [
      post('chat', CHAT_PATH, { ...plain, messages: user('Which city is the capital of France?') }),
      post('chat-system', CHAT_PATH, { ...plain, messages: [system, ...user('Name a colour.')] }),
      post('chat-stream', CHAT_PATH, { ...plain, messages: user('Name a season.'), stream: true }),
      post('completion', COMPLETIONS_PATH, { model, prompt, max_tokens: 16, temperature: 0 }),
      post('completion-again', COMPLETIONS_PATH, { model, prompt, max_tokens: 16, temperature: 0 }),
      post('completion-stop', COMPLETIONS_PATH, {
        model,
        prompt: '1, 2, 3,',
        max_tokens: 16,
        temperature: 0,
        stop: '9',
      }),
    ]
  },
  judge(_context: CheckContext, responses: CheckResponse[]): Verdict {
    const served = responses.filter((response) => !isAbsent(response))
    const measures = {
      'chat-served': Number(served.some(isChat)),
      'completions-served': Number(served.some((response) => !isChat(response))),
    }
    // A server may leave out one of the two routes, not both.
    const unusable = screen(served.length > 0 ? served : responses)
    if (unusable) return { ...unusable, measures }
    const faults = served.flatMap((response) => shapeFaults(response).map((remark) => ({ response, remark })))
    return exactVerdict([...faults, ...repeatedIds(served)], { measures })
  },
}

function shapeFaults(response: CheckResponse): string[] {
  if (response.state === 'streamed') {
    const chunks = response.events.filter((event) => event !== '[DONE]').map(parseJson)
    // A chunk that is not JSON is the framing's fault (P2), not the object's.
    return firstIssues(chunks.flatMap((chunk) => (chunk === undefined ? [] : issuesOf(chatChunkSchema, chunk))))
  }
  if (response.state !== 'answered') return []
  const issues = issuesOf(isChat(response) ? chatSchema : completionSchema, response.json)
  return [...firstIssues(issues), ...emptyAnswer(response)]
}

/** Tokens were made and paid for, but no text of any kind came back: the "stop with null content" fault. */
function emptyAnswer(response: CheckResponse): string[] {
  const answer = readAnswer(response)
  const tokens = answer?.usage?.completionTokens ?? 0
  if (!answer || tokens < 2 || answer.text || answer.reasoning || answer.toolCalls > 0) return []
  return [`${tokens} completion tokens are counted, but there is no content, no reasoning and no tool call`]
}

function issuesOf(schema: z.ZodType, value: unknown): string[] {
  const parsed = schema.safeParse(value)
  return parsed.success
    ? []
    : parsed.error.issues.map((issue) => `${issue.path.join('.') || 'object'}: ${issue.message}`)
}

function firstIssues(issues: string[]): string[] {
  return [...new Set(issues)].slice(0, 3)
}

function repeatedIds(responses: readonly CheckResponse[]): Fault[] {
  const seen = new Set<string>()
  return responses.flatMap((response) => {
    const id = response.state === 'answered' ? stringAt(response.json, 'id') : null
    if (!id) return []
    const repeated = seen.has(id)
    seen.add(id)
    return repeated ? [{ response, remark: `the id ${id} was given to an earlier request as well` }] : []
  })
}

function isChat(response: CheckResponse): boolean {
  return response.request.path === CHAT_PATH
}

function isAbsent(response: CheckResponse): boolean {
  return response.state === 'answered' && ROUTE_ABSENT.includes(response.status)
}
