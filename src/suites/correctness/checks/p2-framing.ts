import { SseParser } from '../../../engine/sse.ts'
import { seededRandom } from '../../../record/seeded-random.ts'
import { readAnswer } from '../answer.ts'
import type { Check, CheckContext, CheckRequest, CheckResponse, Verdict } from '../check.ts'
import { arrayAt, at, numberAt, parseJson, stringAt } from '../json.ts'
import { CHAT_PATH, post, user, withoutThinking } from '../requests.ts'
import { exactVerdict, type Fault, screen } from '../screen.ts'

const REPEATS = 2
const SPLITS = 4
const PROMPTS = [
  'Repeat exactly this line and nothing else: 你好，世界 🌍🚀 héllo',
  '请用中文写一句关于春天的话，并加上三个表情符号。',
  'Count from one to ten in words.',
] as const

/**
 * Framing of the event stream (WHATWG HTML §9.2.6 and OpenAI's `[DONE]`): the bytes parse to the same events whatever
 * reads they are cut into, each event is JSON and whole UTF-8, there is one ending and it is the last.
 */
export const framing: Check = {
  id: 'P2',
  title: 'Stream framing',
  needs: ['chat', 'streaming'],
  after: [],
  // Alone, so that the stream and its twin that is not streamed are most likely the same text.
  concurrency: 1,
  plan(context: CheckContext): CheckRequest[] {
    const plain = { model: context.model, max_tokens: 40, temperature: 0, ...withoutThinking(context.capabilities) }
    return PROMPTS.flatMap((prompt, index) =>
      Array.from({ length: REPEATS }, (_, repeat) => {
        const body = { ...plain, messages: user(prompt) }
        return [
          post(`stream-${index}-${repeat}`, CHAT_PATH, { ...body, stream: true }),
          post(`whole-${index}-${repeat}`, CHAT_PATH, body),
        ]
      }).flat(),
    )
  },
  judge(context: CheckContext, responses: CheckResponse[]): Verdict {
    const unusable = screen(responses)
    if (unusable) return unusable
    const streams = responses.filter((response) => response.request.stream)
    const faults = streams.flatMap((response) =>
      [...eventFaults(response), ...splitFaults(response, context.seed)].map((remark) => ({ response, remark })),
    )
    return exactVerdict([...faults, ...cutCharacters(responses)], { measures: { streams: streams.length } })
  },
}

function eventFaults(response: CheckResponse): string[] {
  if (response.state !== 'streamed') return ['stream: true was answered with a plain body']
  const faults: string[] = []
  const ends = response.events.filter((event) => event === '[DONE]').length
  if (ends !== 1) faults.push(ends === 0 ? 'the stream ended without [DONE]' : `[DONE] came ${ends} times`)
  else if (response.events.at(-1) !== '[DONE]') faults.push('events came after [DONE]')
  let roles = 0
  let finishes = 0
  for (const [index, event] of response.events.entries()) {
    if (event === '[DONE]') continue
    const chunk = parseJson(event)
    if (chunk === undefined) faults.push(`event ${index} is not JSON`)
    if (at(chunk, 'error') !== undefined) faults.push(`event ${index} is an error`)
    for (const choice of arrayAt(chunk, 'choices') ?? []) {
      if ((numberAt(choice, 'index') ?? 0) !== 0) faults.push(`event ${index} has a choice that was not asked for`)
      if (stringAt(choice, 'delta', 'role') !== null) roles++
      if (stringAt(choice, 'finish_reason') !== null) finishes++
    }
  }
  if (roles > 1) faults.push(`the role was sent ${roles} times`)
  if (finishes !== 1) faults.push(`finish_reason was sent ${finishes} times`)
  return faults.slice(0, 4)
}

/** Parses the bytes again, cut at seeded offsets, also inside characters and line ends. */
function splitFaults(response: CheckResponse, seed: number): string[] {
  if (response.state !== 'streamed') return []
  const bytes = Buffer.concat(response.reads)
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return ['the stream is not valid UTF-8']
  }
  const random = seededRandom(seed, 'P2', response.request.id)
  for (let split = 0; split < SPLITS; split++) {
    const parser = new SseParser()
    const events: string[] = []
    for (let start = 0; start < bytes.length; ) {
      const end = start + random.integer(1, 64)
      for (const event of parser.push(bytes.subarray(start, end))) events.push(Buffer.from(event.data).toString('utf8'))
      start = end
    }
    if (parser.pending) return ['the stream ended inside an event']
    if (events.join('\n') !== response.events.join('\n'))
      return ['other events come out when the bytes are cut elsewhere']
  }
  return []
}

/**
 * Replacement characters where the same answer, not streamed, has real ones: the server cut characters between
 * chunks. Only where the two texts agree up to there, and only when every repeat shows it; a model may well produce
 * broken bytes itself, and then both texts have them.
 */
function cutCharacters(responses: readonly CheckResponse[]): Fault[] {
  const textOf = (id: string): string => {
    const response = responses.find((candidate) => candidate.request.id === id)
    return (response && readAnswer(response)?.text) ?? ''
  }
  return PROMPTS.flatMap((_, index) => {
    const repeats = Array.from({ length: REPEATS }, (_, repeat) => `${index}-${repeat}`)
    if (!repeats.every((suffix) => isCut(textOf(`stream-${suffix}`), textOf(`whole-${suffix}`)))) return []
    const response = responses.find((candidate) => candidate.request.id === `stream-${index}-0`)!
    const whole = textOf(`whole-${index}-0`).slice(0, 80)
    return [{ response, remark: `characters were cut between chunks; the answer that is not streamed has: ${whole}` }]
  })
}

const REPLACEMENT = '\ufffd'

/** True when `streamed` has U+FFFD exactly where `whole` has a character beyond ASCII. */
export function isCut(streamed: string, whole: string): boolean {
  const position = streamed.indexOf(REPLACEMENT)
  if (position < 0 || !whole.startsWith(streamed.slice(0, position))) return false
  const there = whole.codePointAt(position)
  return there !== undefined && there > 0x7f && there !== 0xfffd
}
