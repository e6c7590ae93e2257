import type { ServerResponse } from 'node:http'
import type { Frame } from '../faults/fault.ts'
import type { Hooks } from '../faults/hooks.ts'

/** Writes the events of one streamed answer. */
export class EventStream {
  readonly #response: ServerResponse
  readonly #hooks: Hooks
  #tokenFrames = 0
  #ended = false
  /** Events that leave in one write; null outside {@link together}. */
  #gathered: Buffer[] | null = null

  constructor(response: ServerResponse, hooks: Hooks) {
    this.#response = response
    this.#hooks = hooks
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' })
    // The headers go out before the first token, as they do in uvicorn.
    response.flushHeaders()
  }

  send(kind: 'role' | 'tokens' | 'usage', json: Record<string, unknown>, last = false): void {
    const data = Buffer.from(JSON.stringify(this.#hooks.object(json)))
    this.#write({ kind, tokenIndex: kind === 'tokens' ? this.#tokenFrames++ : -1, last, data })
  }

  done(): void {
    this.#write({ kind: 'done', tokenIndex: -1, last: false, data: Buffer.from('[DONE]') })
    this.end()
  }

  /** All events sent within leave in one write. Not by cork and uncork: ending a corked response loses its data. */
  together(send: () => void): void {
    this.#gathered = []
    send()
    const gathered = this.#gathered
    this.#gathered = null
    if (gathered.length > 0) this.#response.write(Buffer.concat(gathered))
    if (this.#ended) this.#response.end()
  }

  end(): void {
    if (!this.#ended && !this.#gathered) this.#response.end()
    this.#ended = true
  }

  #write(frame: Frame): void {
    if (this.#ended) return
    const { frames, end } = this.#hooks.frames(frame)
    for (const { data } of frames) this.#put(Buffer.concat([DATA, data, END_OF_EVENT]))
    if (end) this.end()
  }

  #put(event: Buffer): void {
    if (this.#gathered) this.#gathered.push(event)
    else this.#response.write(event)
  }
}

const DATA = Buffer.from('data: ')
const END_OF_EVENT = Buffer.from('\n\n')
