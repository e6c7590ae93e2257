import { createHash } from 'node:crypto'
import type { Item, ItemState } from '../../../record/cell-result.ts'
import { readAnswer } from '../answer.ts'
import { extractAnswer } from '../arithmetic/extract.ts'
import { type ArithmeticItem, arithmeticItems } from '../arithmetic/generate.ts'
import type { Check, CheckContext, CheckRequest, CheckResponse, Verdict } from '../check.ts'
import { clip, evidenceOf } from '../evidence.ts'
import { CHAT_PATH, type Message, post, user, withoutThinking } from '../requests.ts'
import { obstacleOf } from '../screen.ts'

const MAX_TOKENS = 96
/** Every tenth item is asked twice: how often the server disagrees with itself is the noise floor of any comparison. */
const REPEAT_EVERY = 10
/** Below this share of readable answers nothing usable comes back, however weak the model. */
const MIN_PARSEABLE_SHARE = 0.05
/** With fewer answers than this share of the items, the accuracy is of the network, not of the model. */
const MIN_ANSWERED_SHARE = 0.5
const MAX_ANSWER_CHARACTERS = 120

/**
 * Arithmetic items of the project's own, generated from the seed. What a model gets right depends on the model, so one
 * server alone fails only when nothing usable comes back; base and head are compared item by item elsewhere (McNemar).
 */
export const arithmetic: Check = {
  id: 'A1',
  title: 'Arithmetic',
  needs: ['chat'],
  after: [],
  concurrency: 16,
  plan(context: CheckContext): CheckRequest[] {
    const items = arithmeticItems(context.seed, context.arithmeticItems)
    const ask = (item: ArithmeticItem, id: string) =>
      post(id, CHAT_PATH, {
        model: context.model,
        messages: messagesOf(item),
        max_tokens: MAX_TOKENS,
        temperature: 0,
        ...withoutThinking(context.capabilities),
      })
    return [
      ...items.map((item) => ask(item, item.id)),
      ...items.filter(isRepeated).map((item) => ask(item, againId(item))),
    ]
  },
  judge(context: CheckContext, responses: CheckResponse[]): Verdict {
    const items = arithmeticItems(context.seed, context.arithmeticItems)
    const byId = new Map(responses.map((response) => [response.request.id, response]))
    const judged = items.map((item) => judgeItem(item, byId.get(item.id)))
    const pairs = items.filter(isRepeated).map((item) => ({
      first: judged[items.indexOf(item)]!,
      again: judgeItem(item, byId.get(againId(item))),
    }))
    const count = (state: ItemState) => judged.filter((item) => item.state === state).length
    const answered = judged.length - count('error')
    const parseable = count('right') + count('wrong')
    const measures = {
      items: judged.length,
      ...Object.fromEntries(
        (['right', 'wrong', 'unparseable', 'error'] as const).map((state) => [state, count(state)]),
      ),
      truncated: count('truncated'),
      'only-reasoning': count('only-reasoning'),
      empty: count('empty'),
      accuracy: share(count('right'), judged.length),
      'self-disagreement-pairs': pairs.length,
      'self-disagreement-discordant': pairs.filter(({ first, again }) => isRight(first) !== isRight(again)).length,
      'self-disagreement-texts': pairs.filter(({ first, again }) => first.answer !== again.answer).length,
    }
    const evidence = judged
      .filter((item) => item.state !== 'right' && item.state !== 'wrong')
      .slice(0, 3)
      .flatMap((item) => {
        const response = byId.get(item.id)
        return response ? [evidenceOf(response, `counted as ${item.state}`)] : []
      })
    if (share(answered, judged.length) < MIN_ANSWERED_SHARE) {
      const crashed = responses.find((response) => isFault(response))
      const reason = `${count('error')} of ${judged.length} items got no answer`
      return { judgement: { state: crashed ? 'fail' : 'error', reason }, evidence, measures, items: judged }
    }
    if (share(parseable, answered) < MIN_PARSEABLE_SHARE) {
      const reason = `${parseable} of ${answered} answers state a number; below ${MIN_PARSEABLE_SHARE * 100} % nothing usable comes back`
      return { judgement: { state: 'fail', reason }, evidence, measures, items: judged }
    }
    return { judgement: { state: 'pass' }, measures, items: judged }
  },
}

/** Puts one response into exactly one state. */
export function judgeItem(item: ArithmeticItem, response: CheckResponse | undefined): Item {
  const prompt = promptHash(messagesOf(item))
  const stated = (state: ItemState, answer: string): Item => ({
    id: item.id,
    state,
    prompt,
    answer: clip(answer, MAX_ANSWER_CHARACTERS),
  })
  const obstacle = response && obstacleOf(response)
  const answer = response && !obstacle ? readAnswer(response) : null
  if (!answer) return stated('error', obstacle?.remark ?? 'no answer of the expected form')
  const text = answer.text.trim()
  if (text === '') {
    if (answer.reasoning.trim() === '') return stated('empty', '')
    return stated(answer.finishReason === 'length' ? 'truncated' : 'only-reasoning', answer.reasoning.trim())
  }
  const value = extractAnswer(text)
  if (value === null) return stated(answer.finishReason === 'length' ? 'truncated' : 'unparseable', text)
  return stated(value === item.value ? 'right' : 'wrong', String(value))
}

function messagesOf(item: ArithmeticItem): Message[] {
  return user(`Calculate ${item.expression}. Reply with one line of the form "Answer: N", where N is the result.`)
}

/** Of the messages as sent: two answers may be paired only when these bytes are the same. */
function promptHash(messages: Message[]): string {
  return createHash('sha256').update(JSON.stringify(messages)).digest('hex').slice(0, 16)
}

function isRepeated(_item: ArithmeticItem, index: number): boolean {
  return index % REPEAT_EVERY === 0
}

function againId(item: ArithmeticItem): string {
  return `${item.id}-again`
}

function isRight(item: Item): boolean {
  return item.state === 'right'
}

function isFault(response: CheckResponse): boolean {
  const obstacle = obstacleOf(response)
  return obstacle !== null && obstacle.kind !== 'transport'
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole
}
