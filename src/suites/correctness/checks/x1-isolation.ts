import { type Random, seededRandom } from '../../../record/seeded-random.ts'
import { readAnswer } from '../answer.ts'
import type { Check, CheckContext, CheckRequest, CheckResponse, Verdict } from '../check.ts'
import { evidenceOf } from '../evidence.ts'
import { CHAT_PATH, type Message, post, withoutThinking } from '../requests.ts'
import { obstacleOf } from '../screen.ts'

const REQUESTS = 96
const CONCURRENCY = 32
/** One in four leaves in the middle of its answer: freed cache blocks are where leaks come from. */
const ABORT_EVERY = 4
const ABORT_AFTER_EVENTS = 4
const MAX_TOKENS = 48
/** With fewer usable answers "no leak" would say little. */
const MIN_ANSWERED_SHARE = 0.5
/** No 0, 1, I, O: a model that misreads a letter must not hit another secret. */
const LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789'

const SHARED_PREFIX = [
  'You are the clerk of a depository. Every visitor has codes of his own, and you tell a visitor his own codes only.',
  'Codes are written as four letters or digits, a hyphen, and four more. You repeat them exactly, letter by letter.',
  'The depository opens at eight, closes at six, and is closed on public holidays. Visitors sign the book on arrival.',
  'Parcels heavier than twenty kilograms are handed out at the side door. Umbrellas and wet coats stay in the hall.',
  'Lost receipts are replaced after two days. The clerk does not give advice on law, medicine or the weather.',
].join(' ')

/** Secrets of one request, by where they stand in it. */
interface Secrets {
  system: string
  user: string
  tool: string
}

/**
 * Concurrent requests with a long prefix in common, each with secrets of its own. Any other request's secret in an
 * answer is a leak between requests, whatever the model; a model too weak to repeat its own does not fail.
 */
export const isolation: Check = {
  id: 'X1',
  title: 'Request isolation',
  needs: ['chat'],
  after: [],
  concurrency: CONCURRENCY,
  plan(context: CheckContext): CheckRequest[] {
    return allSecrets(context.seed).map((secrets, index) => {
      const leaves = index % ABORT_EVERY === ABORT_EVERY - 1 && context.capabilities.streaming
      const request = post(idOf(index), CHAT_PATH, {
        model: context.model,
        messages: messagesOf(secrets, index),
        max_tokens: MAX_TOKENS,
        temperature: 0,
        ...withoutThinking(context.capabilities),
        ...(leaves ? { stream: true } : {}),
      })
      return leaves ? { ...request, abortAfterEvents: ABORT_AFTER_EVENTS } : request
    })
  },
  judge(context: CheckContext, responses: CheckResponse[]): Verdict {
    const secrets = allSecrets(context.seed)
    const leaks: { response: CheckResponse; remark: string }[] = []
    let own = 0
    let answered = 0
    for (const response of responses) {
      if (obstacleOf(response)) continue
      answered++
      const index = Number(response.request.id.split('-')[1])
      const text = normalise(rawText(response))
      if (Object.values(secrets[index] ?? {}).some((secret) => text.includes(secret))) own++
      const leak = foreignSecret(text, secrets, index)
      if (leak) leaks.push({ response, remark: leak })
    }
    const crashed = responses.find((response) => obstacleOf(response)?.kind === 'crashed')
    const refused = responses.filter((response) => obstacleOf(response)?.kind === 'refused').length
    const measures = {
      answered,
      'left-midway': responses.filter((response) => response.state === 'aborted').length,
      refused,
      'repeated-own-secret': own,
      leaks: leaks.length,
      // The rule of three: none in n bounds the rate, with 95 % confidence.
      'leak-rate-bound': leaks.length === 0 && answered > 0 ? 3 / answered : leaks.length / Math.max(1, answered),
    }
    if (leaks.length > 0) {
      const reason = `${leaks.length} of ${answered} answers contain another request's secret`
      const evidence = leaks.map(({ response, remark }) => evidenceOf(response, remark))
      return { judgement: { state: 'fail', reason }, evidence, measures }
    }
    if (crashed) {
      const remark = obstacleOf(crashed)!.remark
      const reason = `a request among ${CONCURRENCY} at once ${remark}`
      return { judgement: { state: 'fail', reason }, evidence: [evidenceOf(crashed, remark)], measures }
    }
    if (answered / responses.length < MIN_ANSWERED_SHARE) {
      const silent = responses.find((response) => obstacleOf(response))
      const evidence = silent ? [evidenceOf(silent, obstacleOf(silent)!.remark)] : []
      const reason = `only ${answered} of ${responses.length} requests were answered`
      return { judgement: { state: 'error', reason }, evidence, measures }
    }
    return { judgement: { state: 'pass' }, measures }
  },
}

function allSecrets(seed: number): Secrets[] {
  const random = seededRandom(seed, 'X1')
  const used = new Set<string>()
  const fresh = (): string => {
    for (;;) {
      const secret = `${letters(random)}-${letters(random)}`
      if (used.has(secret)) continue
      used.add(secret)
      return secret
    }
  }
  return Array.from({ length: REQUESTS }, () => ({ system: fresh(), user: fresh(), tool: fresh() }))
}

function letters(random: Random): string {
  return Array.from({ length: 4 }, () => LETTERS[random.integer(0, LETTERS.length - 1)]!).join('')
}

/** The prefix that all share stands first, so that a prefix cache has something to share. Every third has a tool turn. */
function messagesOf(secrets: Secrets, index: number): Message[] {
  const system: Message = { role: 'system', content: `${SHARED_PREFIX} This visitor's box code is ${secrets.system}.` }
  const question = 'Repeat all my codes, one a line, and nothing else.'
  const said: Message = { role: 'user', content: `My receipt code is ${secrets.user}. ${question}` }
  if (index % 3 !== 0) return [system, said]
  const call = { id: `call_${index}`, type: 'function' as const, function: { name: 'look_up', arguments: '{}' } }
  return [
    system,
    { role: 'user', content: `My receipt code is ${secrets.user}. Look up my shelf code.` },
    { role: 'assistant', content: '', tool_calls: [call] },
    { role: 'tool', tool_call_id: call.id, content: `The shelf code is ${secrets.tool}.` },
    { role: 'user', content: question },
  ]
}

/** All that came back, parsed or not: a leak in a field that nobody reads is a leak too. */
function rawText(response: CheckResponse): string {
  const answer = readAnswer(response)
  const said = answer ? `${answer.text}\n${answer.reasoning}` : ''
  return response.state === 'answered' ? `${said}\n${response.text}` : said
}

/** Whichever case and hyphen the model writes. */
function normalise(text: string): string {
  return text.toUpperCase().replace(/[\u2010\u2011\u2013]/g, '-')
}

function foreignSecret(text: string, secrets: readonly Secrets[], own: number): string | null {
  for (const [index, set] of secrets.entries()) {
    if (index === own) continue
    const found = Object.entries(set).find(([, secret]) => text.includes(secret))
    if (found) return `${found[1]} is the ${found[0]} secret of ${idOf(index)}`
  }
  return null
}

function idOf(index: number): string {
  return `visitor-${index}`
}
