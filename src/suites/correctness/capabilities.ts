import { readAnswer } from './answer.ts'
import { CAPABILITIES, type Capabilities, type Capability, type CheckRequest, type CheckResponse } from './check.ts'
import { clip } from './evidence.ts'
import { arrayAt, at, idsAt, numberAt, stringAt } from './json.ts'
import { readLogprobs } from './logprobs.ts'
import { CHAT_PATH, COMPLETIONS_PATH, post, user } from './requests.ts'

/**
 * What the server can do, found out by asking: which requests to send, and what their answers mean. Pure; `probe.ts`
 * sends. A refusal (4xx) or an ignored parameter is `lacks`; a crash, a time-out or an unreadable answer is `unknown`,
 * since it says nothing about the capability.
 */
export type Finding = { state: 'has' } | { state: 'lacks'; reason: string } | { state: 'unknown'; reason: string }
export type Findings = Record<Capability, Finding>

const HAS: Finding = { state: 'has' }
const WORDS = user('Say hello.')
const PROMPT = 'The capital of France is'

/** Requests that stand alone. If none of them is answered, the server cannot be reached. */
export function firstProbes(model: string): CheckRequest[] {
  return [
    post('chat', CHAT_PATH, { model, messages: WORDS, max_tokens: 1 }),
    post('completions', COMPLETIONS_PATH, { model, prompt: PROMPT, max_tokens: 1, temperature: 0 }),
    // vLLM reads `prompt`, llama.cpp reads `content`; each ignores the other's.
    post('tokenize', '/tokenize', { model, prompt: PROMPT, content: PROMPT }),
    { id: 'metrics', method: 'GET', path: '/metrics' },
  ]
}

/** Requests that make sense only where chat or completions answered. */
export function secondProbes(model: string, first: Findings): CheckRequest[] {
  const chat = { model, messages: WORDS, max_tokens: 2, temperature: 0 }
  const seeded = { model, messages: WORDS, max_tokens: 16, temperature: 1, seed: 7 }
  const completion = { model, prompt: PROMPT, max_tokens: 2, temperature: 0 }
  const ofChat = [
    post('template-kwargs', CHAT_PATH, { ...chat, chat_template_kwargs: { thinking: false, enable_thinking: false } }),
    post('streaming', CHAT_PATH, { ...chat, stream: true }),
    post('include-usage', CHAT_PATH, { ...chat, stream: true, stream_options: { include_usage: true } }),
    post('chat-logprobs', CHAT_PATH, { ...chat, logprobs: true, top_logprobs: 20 }),
    post('seed', CHAT_PATH, seeded),
    post('seed-again', CHAT_PATH, seeded),
  ]
  const ofCompletions = [
    post('completion-logprobs', COMPLETIONS_PATH, { ...completion, logprobs: 5 }),
    post('token-ids', COMPLETIONS_PATH, { ...completion, logprobs: 1, return_token_ids: true }),
    post('token-id-prompts', COMPLETIONS_PATH, { ...completion, prompt: [10, 11, 12] }),
    post('prompt-logprobs', COMPLETIONS_PATH, { ...completion, prompt_logprobs: 1 }),
    post('echo', COMPLETIONS_PATH, { ...completion, echo: true, logprobs: 1 }),
  ]
  return [...(first.chat.state === 'has' ? ofChat : []), ...(first.completions.state === 'has' ? ofCompletions : [])]
}

/** What the answers so far say. A capability whose request was never sent is as its route, or `unknown`. */
export function classifyProbes(responses: readonly CheckResponse[]): Findings {
  const byId = new Map(responses.map((response) => [response.request.id, response]))
  const ask = (id: string, test: (response: CheckResponse) => string | null): Finding => {
    const response = byId.get(id)
    return response ? (refusalOf(response) ?? finding(test(response))) : { state: 'unknown', reason: 'not asked' }
  }
  const chat = ask('chat', (response) => (at(jsonOf(response), 'choices', 0, 'message') ? null : NOT_AN_ANSWER))
  const completions = ask('completions', (response) =>
    stringAt(jsonOf(response), 'choices', 0, 'text') === null ? NOT_AN_ANSWER : null,
  )
  const underChat = (id: string, test: (response: CheckResponse) => string | null) => under(chat, 'chat', ask(id, test))
  const underCompletions = (id: string, test: (response: CheckResponse) => string | null) =>
    under(completions, 'completions', ask(id, test))
  return {
    chat: unreadable(chat),
    completions: unreadable(completions),
    streaming: underChat('streaming', (response) =>
      response.state === 'streamed' ? null : 'the answer to stream: true is not an event stream',
    ),
    'include-usage': underChat('include-usage', (response) =>
      readAnswer(response)?.usage ? null : 'no chunk of the stream has usage',
    ),
    'chat-logprobs': underChat('chat-logprobs', (response) => {
      const entries = readAnswer(response)?.logprobs
      return entries?.some((entry) => entry.top.length > 1) ? null : 'logprobs and top_logprobs are ignored'
    }),
    'completion-logprobs': underCompletions('completion-logprobs', (response) =>
      readAnswer(response)?.logprobs ? null : 'logprobs is ignored',
    ),
    'token-ids': underCompletions('token-ids', (response) => {
      const answer = readAnswer(response)
      const inEntries = answer?.logprobs?.every((entry) => entry.id !== null)
      return answer?.tokenIds || inEntries ? null : 'no token ids come back'
    }),
    'token-id-prompts': underCompletions('token-id-prompts', (response) =>
      readAnswer(response)?.usage?.promptTokens === 3 ? null : 'three ids are not counted as three prompt tokens',
    ),
    'prompt-logprobs': underCompletions('prompt-logprobs', (response) =>
      promptLogprobsOf(jsonOf(response)) ? null : 'prompt_logprobs is ignored',
    ),
    echo: underCompletions('echo', (response) => {
      const choice = at(jsonOf(response), 'choices', 0)
      const scored = readLogprobs(choice)?.length ?? 0
      return stringAt(choice, 'text')?.startsWith(PROMPT) && scored > 2 ? null : 'echo is ignored'
    }),
    tokenize: ask('tokenize', (response) =>
      idsAt(jsonOf(response), 'tokens') ? null : 'the answer has no list of token ids',
    ),
    seed: underChat('seed', (response) => {
      const again = byId.get('seed-again')
      const first = readAnswer(response)
      const second = again ? readAnswer(again) : null
      const same = first && second && first.text + first.reasoning === second.text + second.reasoning
      return same ? null : 'the same seed gave two texts'
    }),
    'cached-tokens': underChat('chat', (response) => {
      const cached = numberAt(jsonOf(response), 'usage', 'prompt_tokens_details', 'cached_tokens')
      return cached === null ? 'usage has no cached_tokens' : null
    }),
    metrics: ask('metrics', (response) =>
      response.state === 'answered' && /^# (HELP|TYPE) /m.test(response.text) ? null : 'not in Prometheus format',
    ),
    'template-kwargs': underChat('template-kwargs', (response) => (readAnswer(response) ? null : NOT_AN_ANSWER)),
  }
}

/** The findings as the yes and no that checks are gated by. */
export function capabilitiesOf(findings: Findings): Capabilities {
  const pairs = CAPABILITIES.map((capability) => [capability, findings[capability].state === 'has'] as const)
  return Object.fromEntries(pairs) as Capabilities
}

/** Per prompt token, as vLLM gives them: on the choice for completions, beside the choices for chat. */
export function promptLogprobsOf(json: unknown): unknown[] | null {
  const list = arrayAt(json, 'choices', 0, 'prompt_logprobs') ?? arrayAt(json, 'prompt_logprobs')
  return list && list.length > 1 ? list : null
}

const MAX_SAID_CHARACTERS = 160
const NOT_AN_ANSWER = 'the answer is not of the expected form'

function finding(problem: string | null): Finding {
  return problem === null ? HAS : { state: 'lacks', reason: problem }
}

/** A route that answers 200 with something else (a web page) has not said that it lacks the route. */
function unreadable(found: Finding): Finding {
  return found.state === 'lacks' && found.reason === NOT_AN_ANSWER ? { state: 'unknown', reason: found.reason } : found
}

function under(route: Finding, name: string, found: Finding): Finding {
  if (route.state === 'has') return found
  const known = unreadable(route)
  return known.state === 'has' ? found : { state: known.state, reason: `${name}: ${known.reason}` }
}

function refusalOf(response: CheckResponse): Finding | null {
  if (response.state === 'failed') return { state: 'unknown', reason: response.error }
  if (response.state === 'aborted' || response.status === 200) return null
  // What the server says of it, for example that it has no such model, is the mend.
  const said = stringAt(jsonOf(response), 'error', 'message')
  const reason = `HTTP ${response.status}${said === null ? '' : `: ${clip(said, MAX_SAID_CHARACTERS)}`}`
  // 501 is how llama.cpp says that a route exists but is not served.
  if ((response.status >= 400 && response.status < 500 && response.status !== 429) || response.status === 501)
    return { state: 'lacks', reason }
  return { state: 'unknown', reason }
}

function jsonOf(response: CheckResponse): unknown {
  return response.state === 'answered' ? response.json : undefined
}
