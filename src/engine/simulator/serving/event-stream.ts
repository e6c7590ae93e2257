import type { ServerResponse } from 'node:http'
import type { Frame } from '../faults/fault.ts'
import type { Hooks } from '../faults/hooks.ts'

/** Writes the events of one streamed answer. */
export class EventStream {
  readonly #response: ServerResponse
  readonly #hooks: Hooks
  #tokenFrames = 0
  ended = false

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

  /** Events between the two leave in one write. */
  together(write: () => void): void {
    this.#response.cork()
    write()
    this.#response.uncork()
  }

  end(): void {
    if (!this.ended) this.#response.end()
    this.ended = true
  }

  #write(frame: Frame): void {
    if (this.ended) return
    const { frames, end } = this.#hooks.frames(frame)
    for (const { data } of frames) this.#response.write(Buffer.concat([DATA, data, END_OF_EVENT]))
    if (end) this.end()
  }
}

const DATA = Buffer.from('data: ')
const END_OF_EVENT = Buffer.from('\n\n')
