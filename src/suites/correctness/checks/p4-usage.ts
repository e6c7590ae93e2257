import { type Answer, readAnswer, readUsage, type Usage } from '../answer.ts'
import type { Check, CheckContext, CheckRequest, CheckResponse, Verdict } from '../check.ts'
import { numberAt, parseJson } from '../json.ts'
import { CHAT_PATH, COMPLETIONS_PATH, post, user, withoutThinking, withThinking } from '../requests.ts'
import { exactVerdict, type Fault, screen } from '../screen.ts'

const PROMPTS = ['Name three animals.', 'Explain rain in one sentence.', '用一句话介绍北京。'] as const
const MAX_TOKENS = 24

/** What the server counts is what it did: tokens of prompt, completion and reasoning, streamed or not. */
export const usage: Check = {
  id: 'P4',
  title: 'Token usage',
  needs: ['chat'],
  after: [],
  plan(context: CheckContext): CheckRequest[] {
    const { model, capabilities } = context
    const plain = { model, max_tokens: MAX_TOKENS, temperature: 0 }
    const logprobs = capabilities['chat-logprobs'] ? { logprobs: true, top_logprobs: 1 } : {}
    const streamed = { stream: true, stream_options: { include_usage: true } }
    const streams = capabilities.streaming && capabilities['include-usage']
    const chats = PROMPTS.flatMap((prompt, index) => {
      const body = { ...plain, ...withoutThinking(capabilities), messages: user(prompt) }
      return [
        post(`chat-${index}`, CHAT_PATH, { ...body, ...logprobs }),
        ...(streams ? [post(`chat-stream-${index}`, CHAT_PATH, { ...body, ...streamed })] : []),
      ]
    })
    const completion = { ...plain, prompt: 'Once upon a time', ...(capabilities['token-ids'] ? { logprobs: 1 } : {}) }
    const completions = [
      post('completion-0', COMPLETIONS_PATH, { ...completion, ...(capabilities['token-ids'] ? RETURN_IDS : {}) }),
      ...(streams ? [post('completion-stream-0', COMPLETIONS_PATH, { ...completion, ...streamed })] : []),
    ]
    const thinking = { ...plain, ...withThinking(capabilities), messages: user('Is 91 a prime number?') }
    return [
      ...chats,
      ...(capabilities.completions ? completions : []),
      ...(capabilities['template-kwargs'] ? [post('thinking', CHAT_PATH, thinking)] : []),
    ]
  },
  judge(context: CheckContext, responses: CheckResponse[]): Verdict {
    const unusable = screen(responses)
    if (unusable) return unusable
    const answers = responses.map((response) => ({ response, answer: readAnswer(response) }))
    const faults = answers.flatMap(({ response, answer }) => faultsOf(response, answer))
    const pairs = answers.flatMap(({ response, answer }) => {
      const plainId = response.request.id.replace('-stream', '')
      const plain = answers.find((other) => other.response.request.id === plainId)?.answer
      return response.request.stream && answer && plain ? pairFaults(response, answer, plain) : []
    })
    const reasoning = answers.filter(({ answer }) => answer?.usage?.reasoningTokens != null).length
    const verdict = exactVerdict([...faults, ...pairs], { measures: { 'answers-with-reasoning-tokens': reasoning } })
    if (verdict.judgement.state !== 'pass' || context.capabilities['include-usage']) return verdict
    const reason = 'include_usage is ignored, so the usage of streams could not be checked; the rest of it is right'
    return { ...verdict, judgement: { state: 'not-exercised', reason } }
  },
}

const RETURN_IDS = { return_token_ids: true }

function faultsOf(response: CheckResponse, answer: Answer | null): Fault[] {
  const fault = (remark: string): Fault => ({ response, remark })
  if (!answer?.usage) return [fault('there is no usage')]
  const { usage: counted } = answer
  const { promptTokens, completionTokens, totalTokens } = counted
  if (promptTokens === null || completionTokens === null || totalTokens === null)
    return [fault('usage lacks prompt_tokens, completion_tokens or total_tokens')]
  const remarks = [
    promptTokens + completionTokens === totalTokens
      ? null
      : `total_tokens ${totalTokens} is not ${promptTokens} + ${completionTokens}`,
    promptTokens > 0 ? null : 'prompt_tokens is not positive',
    lengthFault(answer, completionTokens),
    recountFault(response, answer, completionTokens),
    reasoningFault(answer, counted),
    lastChunkFault(response),
  ]
  return remarks.filter((remark) => remark !== null).map(fault)
}

function lengthFault(answer: Answer, completionTokens: number): string | null {
  if (completionTokens > MAX_TOKENS) return `completion_tokens ${completionTokens} exceeds max_tokens ${MAX_TOKENS}`
  if (answer.finishReason === 'length' && completionTokens !== MAX_TOKENS)
    return `finish_reason is length after ${completionTokens} of ${MAX_TOKENS} tokens`
  return null
}

/**
 * Against the server's own list of tokens. The end token may be counted and not listed. Streams may drop entries.
 * llama.cpp lists one entry a whole character, so entries count tokens only where the text is plain ASCII.
 */
function recountFault(response: CheckResponse, answer: Answer, completionTokens: number): string | null {
  const plain = isAscii(answer.text + answer.reasoning)
  const listed = answer.tokenIds?.length ?? (plain ? answer.logprobs?.length : undefined)
  if (listed === undefined || response.request.stream) return null
  const hidden = completionTokens - listed
  if (hidden === 0 || (hidden === 1 && answer.finishReason === 'stop')) return null
  return `completion_tokens is ${completionTokens}, but ${listed} tokens are listed`
}

function isAscii(text: string): boolean {
  return /^[\x20-\x7e\s]*$/.test(text)
}

function reasoningFault(answer: Answer, counted: Usage): string | null {
  if (counted.reasoningTokens === null) return null
  if (answer.reasoning.trim() !== '' && counted.reasoningTokens === 0)
    return 'there is a reasoning text, but reasoning_tokens is 0'
  // A thought that is closed at once may count its closing mark.
  if (answer.reasoning === '' && counted.reasoningTokens > 1)
    return `reasoning_tokens is ${counted.reasoningTokens}, but there is no reasoning text`
  return null
}

/** The final usage is the last event before `[DONE]`. */
function lastChunkFault(response: CheckResponse): string | null {
  if (response.state !== 'streamed') return null
  const last = parseJson(response.events.filter((event) => event !== '[DONE]').at(-1) ?? '')
  return readUsage(last) && numberAt(last, 'usage', 'total_tokens') !== null ? null : 'the last chunk has no usage'
}

function pairFaults(response: CheckResponse, streamed: Answer, plain: Answer): Fault[] {
  const [left, right] = [streamed.usage?.promptTokens ?? null, plain.usage?.promptTokens ?? null]
  if (left === null || right === null || left === right) return []
  return [{ response, remark: `prompt_tokens is ${left} when streamed and ${right} when not` }]
}
