import { readAnswer } from '../answer.ts'
import type { Check, CheckContext, CheckRequest, CheckResponse, Verdict } from '../check.ts'
import { evidenceOf } from '../evidence.ts'
import { CHAT_PATH, post, user, withoutThinking } from '../requests.ts'
import { screen } from '../screen.ts'

const REQUESTS = 32
const MAX_TOKENS = 24
/** A greedy server gives one or two texts; 24 sampled tokens of an open prompt hardly ever repeat. */
const MIN_DISTINCT = 16
const PROMPT = 'Make up twelve random words, one after another, separated by spaces. Do not explain them.'

export const temperature: Check = {
  id: 'Z1',
  title: 'Temperature',
  needs: ['chat'],
  after: [],
  concurrency: 16,
  plan(context: CheckContext): CheckRequest[] {
    const body = {
      model: context.model,
      messages: user(PROMPT),
      max_tokens: MAX_TOKENS,
      temperature: 1,
      top_p: 1,
      ...withoutThinking(context.capabilities),
    }
    return Array.from({ length: REQUESTS }, (_, index) => post(`sample-${index}`, CHAT_PATH, body))
  },
  judge(_context: CheckContext, responses: CheckResponse[]): Verdict {
    const unusable = screen(responses)
    if (unusable) return unusable
    const texts = responses.map((response) => {
      const answer = readAnswer(response)
      return answer ? answer.reasoning + answer.text : ''
    })
    const distinct = new Set(texts).size
    const measures = { 'distinct-texts': distinct, samples: texts.length }
    if (distinct >= MIN_DISTINCT) return { judgement: { state: 'pass' }, measures }
    const reason = `${texts.length} samples at temperature 1 gave ${distinct} different texts; at least ${MIN_DISTINCT} are expected`
    const repeated = responses.filter((_, index) => texts.indexOf(texts[index]!) < index).slice(0, 2)
    const evidence = repeated.map((response) => evidenceOf(response, 'the same text as an earlier sample'))
    return { judgement: { state: 'fail', reason }, evidence, measures }
  },
}
