import { readDsml, TOOL_CALLS_OPEN } from '../model/dsml.ts'
import { overlap } from '../model/stop-watch.ts'

/** What newly came out of the model, sorted into the fields of a chat answer. */
export interface Delta {
  reasoning: string
  content: string
  toolCalls: ToolDelta[]
}

export interface ToolDelta {
  index: number
  /** In the first delta of a call only. */
  name: string | null
  /** The next part of the arguments' JSON text. */
  arguments: string
}

const REASONING_END = '</think>'
/** The template puts an empty line before the calls; it is no content. */
const CALLS_MARK = `\n\n${TOOL_CALLS_OPEN}`

/** Splits the growing text of an answer into reasoning, content and tool calls. An end that may become a mark waits. */
export class ChatParser {
  readonly #readsTools: boolean
  readonly #keepsMarkup: boolean
  #state: 'reasoning' | 'content' | 'calls' | 'after'
  #buffer = ''
  #calls = 0
  #parameters = 0

  constructor(options: { thinking: boolean; readsTools: boolean; keepsMarkup: boolean }) {
    this.#readsTools = options.readsTools
    this.#keepsMarkup = options.keepsMarkup
    this.#state = options.thinking ? 'reasoning' : 'content'
  }

  get toolCalls(): number {
    return this.#calls
  }

  /** `last`: nothing more comes, so nothing needs to wait. */
  push(text: string, last: boolean): Delta {
    const delta: Delta = { reasoning: '', content: '', toolCalls: [] }
    this.#buffer += text
    if (this.#state === 'reasoning') this.#reason(delta, last)
    if (this.#state === 'content') this.#answer(delta, last)
    if (this.#state === 'calls') this.#call(delta)
    if (this.#state === 'after') {
      if (this.#keepsMarkup) delta.content += this.#buffer
      this.#buffer = ''
    }
    return delta
  }

  #reason(delta: Delta, last: boolean): void {
    const end = this.#buffer.indexOf(REASONING_END)
    if (end < 0) {
      delta.reasoning += this.#release(last ? 0 : overlap(this.#buffer, REASONING_END))
      return
    }
    delta.reasoning += this.#buffer.slice(0, end)
    this.#buffer = this.#buffer.slice(end + REASONING_END.length)
    this.#state = 'content'
  }

  #answer(delta: Delta, last: boolean): void {
    const start = this.#readsTools ? this.#buffer.indexOf(TOOL_CALLS_OPEN) : -1
    if (start < 0) {
      const waits = this.#readsTools && !last
      const keep = waits ? Math.max(overlap(this.#buffer, CALLS_MARK), overlap(this.#buffer, TOOL_CALLS_OPEN)) : 0
      delta.content += this.#release(keep)
      return
    }
    delta.content += this.#buffer.slice(0, start).replace(/\n\n$/, '')
    if (this.#keepsMarkup) delta.content += TOOL_CALLS_OPEN
    this.#buffer = this.#buffer.slice(start + TOOL_CALLS_OPEN.length)
    this.#state = 'calls'
  }

  #call(delta: Delta): void {
    for (;;) {
      const part = readDsml(this.#buffer)
      if (!part) return
      if (this.#keepsMarkup) delta.content += this.#buffer.slice(0, part.length)
      this.#buffer = this.#buffer.slice(part.length)
      const index = Math.max(0, this.#calls - 1)
      switch (part.kind) {
        case 'call':
          delta.toolCalls.push({ index: this.#calls, name: part.name, arguments: '' })
          this.#calls++
          this.#parameters = 0
          break
        case 'parameter': {
          const before = this.#parameters === 0 ? '{' : ', '
          delta.toolCalls.push({ index, name: null, arguments: `${before}${JSON.stringify(part.name)}: ${part.json}` })
          this.#parameters++
          break
        }
        case 'call-end':
          delta.toolCalls.push({ index, name: null, arguments: this.#parameters === 0 ? '{}' : '}' })
          break
        case 'end':
          this.#state = 'after'
          return
        case 'other':
          break
      }
    }
  }

  /** Takes all of the buffer but its last `keep` characters. */
  #release(keep: number): string {
    const released = this.#buffer.slice(0, this.#buffer.length - keep)
    this.#buffer = this.#buffer.slice(this.#buffer.length - keep)
    return released
  }
}
