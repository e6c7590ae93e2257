import type { HttpConnection, PreparedRequest } from '../../engine/http/connection.ts'
import type { ExchangeResult, ExchangeSink } from '../../engine/http/exchange.ts'
import type { ResponseHead } from '../../engine/http/response-head.ts'
import { type SseEvent, SseParser } from '../../engine/sse.ts'

/** A connection that also looks into the answers, for the probe: the timed path keeps less of them. */
export class AnswerTap implements HttpConnection {
  readonly #connection: HttpConnection
  /** Some event before the last had the token counts beside it. */
  usageInChunks = false
  /** Some event had the server's own times. */
  metrics = false

  constructor(connection: HttpConnection) {
    this.#connection = connection
  }

  get usable(): boolean {
    return this.#connection.usable
  }

  connect(timeoutMs: number): Promise<string | null> {
    return this.#connection.connect(timeoutMs)
  }

  exchange(request: PreparedRequest, sink: ExchangeSink, timeoutMs: number): Promise<ExchangeResult> {
    const parser = new SseParser()
    const tap: ExchangeSink = {
      read: (atMs) => sink.read(atMs),
      head: (head: ResponseHead) => sink.head(head),
      body: (bytes, start, end) => {
        // First the sink, which refuses what is endless.
        sink.body(bytes, start, end)
        for (const event of parser.push(bytes.subarray(start, end))) this.#look(event)
      },
    }
    return this.#connection.exchange(request, tap, timeoutMs)
  }

  abort(): void {
    this.#connection.abort()
  }

  #look({ data }: SseEvent): void {
    let value: unknown
    try {
      value = JSON.parse(Buffer.from(data).toString('utf8'))
    } catch {
      // `[DONE]`, or not JSON, of which the record of the request will tell.
      return
    }
    if (!isObject(value)) return
    const choice = Array.isArray(value.choices) ? value.choices[0] : undefined
    // Some servers put the final counts beside the finish reason.
    this.usageInChunks ||= isObject(choice) && !choice.finish_reason && isObject(value.usage)
    this.metrics ||= isObject(value.metrics)
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
