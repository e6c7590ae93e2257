import type { ExchangeResult, ExchangeSink } from '../../engine/http/exchange.ts'
import type { ResponseHead } from '../../engine/http/response-head.ts'
import { SseScanner } from '../../engine/sse.ts'
import { type AnswerFacts, addFacts, errorMessage, NO_FACTS } from './answer-facts.ts'
import { carriesTokens, EventClassifier, UNKNOWN_COUNT } from './event-classifier.ts'
import { CLASS_CODES, EventLog, MAX_TOKENS } from './event-log.ts'
import { EventTemplate } from './event-template.ts'
import type { EventClass, RequestError, RequestRecord } from './record.ts'

/** Of a refused answer kept for its message; an error page may be as long as it likes. */
const MAX_ERROR_BODY_BYTES = 4096
/** An error page longer than this is not waited for: the connection is closed instead. */
const MAX_DRAINED_BYTES = 1024 * 1024
/** One event: a token with 20 alternatives takes some 3 KB. Times the number of streams this bounds the memory. */
export const MAX_STREAM_EVENT_BYTES = 1024 * 1024
const MAX_DETAIL_CHARACTERS = 300
/** A read has a stamp, with an event in it or without: an event may come in pieces, and pings may come between. */
const READS_PER_EVENT = 2
const SPARE_READS = 65_536
/** Role, finish, usage and end come on top of the tokens. */
const SPARE_EVENTS = 8

/** `aborted`: stopped from our side, so it says nothing of the server. */
export type RecordedOutcome = RequestRecord['outcome'] | { state: 'aborted' }

/**
 * Turns one streamed answer into timed events while it comes in, and into an outcome afterwards. In the read callback
 * it only splits, classifies and notes; JSON is parsed in {@link facts} and {@link outcome}.
 */
export class StreamRecorder implements ExchangeSink {
  readonly events: EventLog
  readonly #originMs: number
  readonly #maxEvents: number
  readonly #maxReads: number
  readonly #classifier = new EventClassifier()
  readonly #template = new EventTemplate()
  readonly #scanner = new SseScanner(
    (bytes, start, end, type, offset) => this.#event(bytes, start, end, type, offset),
    MAX_STREAM_EVENT_BYTES,
    (bytes, position, end, base) => this.#knownEvents(bytes, position, end, base),
  )
  #head: ResponseHead | null = null
  #refusal: { error: RequestError; reason: string } | null = null
  #refused: Uint8Array[] = []
  #refusedBytes = 0
  #finish: Uint8Array | null = null
  /** The newest usage, unless an event with tokens had it: then {@link #running} is an event like that one. */
  #usage: Uint8Array | null = null
  #running: Uint8Array | null = null
  /** Completion tokens that the server has counted so far. */
  #counted = 0
  /** Every event with tokens had a count so far, so that the difference of two is what came between. */
  #continuous = true
  #error: Uint8Array | null = null
  #broken: string | null = null
  #done = false

  /**
   * Times are noted relative to `originMs`. More events than `maxEvents` are refused, to bound the memory;
   * `expectedEvents` is room made beforehand.
   */
  constructor(originMs: number, maxEvents: number, expectedEvents: number) {
    this.events = new EventLog(expectedEvents + SPARE_EVENTS)
    this.#originMs = originMs
    this.#maxEvents = maxEvents
    this.#maxReads = READS_PER_EVENT * maxEvents + SPARE_READS
  }

  read(atMs: number): void {
    this.events.startRead(atMs - this.#originMs)
  }

  head(head: ResponseHead): void {
    this.#head = head
    this.#refusal = refusalOf(head)
  }

  body(bytes: Buffer, start: number, end: number): void {
    if (this.events.reads > this.#maxReads) throw new RangeError(`more than ${this.#maxReads} reads of one answer`)
    if (this.#refusal === null) {
      this.#scanner.push(bytes, start, end)
      return
    }
    if (this.#refusedBytes < MAX_ERROR_BODY_BYTES)
      this.#refused.push(copy(bytes, start, Math.min(end, start + MAX_ERROR_BODY_BYTES)))
    this.#refusedBytes += end - start
    if (this.#refusedBytes > MAX_DRAINED_BYTES) throw new RangeError('the answer was not read to its end')
  }

  /** Token counts and finish reason, parsed now. */
  facts(): AnswerFacts {
    let facts = NO_FACTS
    if (this.#running !== null && this.#usage === null) {
      // Of an event of that form only the count of completion tokens was kept up to date.
      const running = addFacts(NO_FACTS, this.#running)
      if (running === null) this.#broken ??= excerpt(this.#running)
      else facts = { ...running, completionTokens: this.#counted, reasoningTokens: null }
    }
    for (const event of [this.#finish, this.#usage, this.#error])
      if (event !== null) {
        const next = addFacts(facts, event)
        if (next === null) this.#broken ??= excerpt(event)
        else facts = next
      }
    return facts
  }

  /** How the request ended. What the server said comes before how the connection ended. */
  outcome(end: ExchangeResult['end'], facts: AnswerFacts): RecordedOutcome {
    if (end.state === 'aborted') return { state: 'aborted' }
    if (this.#refusal && this.#head) return failed(this.#refusal.error, this.#refusalDetail(this.#refusal.reason))
    if (this.#error !== null) return failed('error-event', facts.error ?? excerpt(this.#error))
    if (this.#broken !== null) return failed('malformed', `an event is not JSON: ${this.#broken}`)
    if (end.state === 'failed') return failed(end.error, end.detail)
    if (!this.#done) {
      const where = this.#scanner.pending ? 'inside an event' : 'without [DONE]'
      return failed('truncated', `the stream ended ${where} after ${this.events.length} events`)
    }
    const tokenEvents = facts.completionTokens === 0 ? this.#tokenEvents() : 0
    if (tokenEvents > 0)
      return failed('wrong-token-count', `usage says 0 completion tokens, but ${tokenEvents} events carried text`)
    return { state: 'ok' }
  }

  #event(bytes: Uint8Array, start: number, end: number, type: string, offset: number): void {
    const classifier = this.#classifier
    const eventClass: EventClass = type === 'error' ? 'error' : classifier.classify(bytes, start, end)
    const code = CLASS_CODES[eventClass]
    if (eventClass === 'done' || eventClass === 'error') {
      this.#append(code, offset, null)
      if (eventClass === 'done') this.#done = true
      else this.#error ??= copy(bytes, start, end)
      return
    }
    const { broken, finish, usage } = classifier
    if (broken) this.#broken ??= excerpt(bytes.subarray(start, end))
    if (!carriesTokens(eventClass)) {
      this.#append(code, offset, null)
      if (finish) this.#finish = copy(bytes, start, end)
      if (usage) this.#usage = finish ? this.#finish : copy(bytes, start, end)
      return
    }
    this.#append(code, offset, this.#newTokens(classifier.completionTokens))
    if (finish) this.#finish = copy(bytes, start, end)
    if (usage) {
      this.#running = finish ? this.#finish : copy(bytes, start, end)
      this.#usage = finish ? this.#running : null
    }
    if (type === '' && !broken && !finish && eventClass !== 'tool')
      this.#template.learn(bytes, start, end, classifier, code)
  }

  /** Takes the events that are like the last one; see {@link EventTemplate}. */
  #knownEvents(bytes: Uint8Array, from: number, end: number, base: number): number {
    const template = this.#template
    let position = from
    while (position < end) {
      const after = template.match(bytes, position, end)
      if (after < 0) break
      this.#append(template.classCode, base + template.dataEnd, this.#newTokens(template.completionTokens))
      if (template.usage) this.#usage = null
      position = after
    }
    return position
  }

  #append(code: number, offset: number, tokens: number | null): void {
    if (this.events.length >= this.#maxEvents) throw new RangeError(`more than ${this.#maxEvents} events in one answer`)
    this.events.append(code, offset, tokens)
  }

  /**
   * Tokens of an event whose usage says `counted` so far. Those of events without text before it (a half character) are
   * in it, so that the sum is that of the answer.
   */
  #newTokens(counted: number): number | null {
    if (counted === UNKNOWN_COUNT) {
      this.#continuous = false
      return null
    }
    const before = this.#counted
    this.#counted = counted
    const tokens = counted - before
    return this.#continuous && tokens >= 0 && tokens <= MAX_TOKENS ? tokens : null
  }

  #tokenEvents(): number {
    let count = 0
    for (let index = 0; index < this.events.length; index++) if (carriesTokens(this.events.classAt(index))) count++
    return count
  }

  #refusalDetail(reason: string): string {
    const body = Buffer.concat(this.#refused).toString('utf8')
    let message: string | null = null
    try {
      message = errorMessage(JSON.parse(body))
    } catch {
      // Not JSON: an HTML page or plain text speaks for itself.
    }
    const said = (message ?? body).replace(/\s+/g, ' ').trim()
    return said === '' ? reason : `${reason}: ${said}`
  }
}

/** Why an answer with this head cannot be a token stream; null if it can. */
function refusalOf(head: ResponseHead): { error: RequestError; reason: string } | null {
  const { status, headers } = head
  const field = (name: string) => headers.get(name)?.slice(0, 200)
  if (status >= 300 && status < 400) {
    const to = field('location')
    return {
      error: 'redirect',
      reason: `HTTP ${status}, a redirect${to ? ` to ${to}` : ''}; give the final address`,
    }
  }
  if (status !== 200) {
    const wait = field('retry-after')
    return { error: 'http-status', reason: `HTTP ${status}${wait ? ` (retry-after ${wait})` : ''}` }
  }
  const encoding = field('content-encoding')
  if (encoding !== undefined && encoding !== 'identity')
    return { error: 'content-encoding', reason: `the answer is ${encoding}-encoded, which a timed stream must not be` }
  const type = field('content-type') ?? 'no content type'
  if (/^text\/event-stream\b/i.test(type)) return null
  return { error: 'content-type', reason: `${type} instead of text/event-stream` }
}

function failed(error: RequestError, detail: string): RecordedOutcome {
  return { state: 'failed', error, detail: detail.slice(0, MAX_DETAIL_CHARACTERS) }
}

function copy(bytes: Uint8Array, start: number, end: number): Uint8Array {
  return Uint8Array.prototype.slice.call(bytes, start, end)
}

function excerpt(bytes: Uint8Array): string {
  return JSON.stringify(Buffer.from(bytes.subarray(0, 200)).toString('utf8'))
}
