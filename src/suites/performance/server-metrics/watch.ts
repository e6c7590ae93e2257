import { setTimeout as sleep } from 'node:timers/promises'
import type { ReadPage } from './metrics-page.ts'
import { readServerState } from './server-state.ts'
import type { ServerReading, ServerState } from './vocabulary.ts'

const LOOK_EVERY_MS = 2000
/** Kept pages; when there are more, every second one goes and looks become half as frequent. */
const MAX_PAGES = 256
const MAX_PAGE_BYTES = 64 * 1024 * 1024
/** Counters lag behind the end of the last stream; a server that other people use never comes to rest. */
const REST_WITHIN_MS = 1000
const REST_LOOK_EVERY_MS = 50

/** What was seen of the server around and during the measured requests. */
export interface ServerObservation {
  before: ServerReading
  after: ServerReading
  between: ServerState[]
}

/**
 * Scrapes a server's metrics before and after the measured requests and looks at its gauges in between. While the load
 * runs it only keeps bytes; they are parsed in {@link observation}. Whatever fails, there are fewer metrics or none.
 */
export class ServerMetricsWatch {
  readonly #read: ReadPage
  readonly #signal: AbortSignal
  readonly #lookEveryMs: number
  #before: ServerReading | null = null
  #after: ServerReading | null = null
  #pages: Uint8Array[] = []
  #looking: { stop: AbortController; done: Promise<void> } | null = null

  constructor(read: ReadPage, signal: AbortSignal, lookEveryMs: number = LOOK_EVERY_MS) {
    this.#read = read
    this.#signal = signal
    this.#lookEveryMs = lookEveryMs
  }

  /** Null when the server shows no metrics that are known here. */
  static async find(read: ReadPage, signal: AbortSignal): Promise<ServerMetricsWatch | null> {
    return readingOf(await read(signal)) === null ? null : new ServerMetricsWatch(read, signal)
  }

  /** After the warm-up: scrapes when the server is at rest (or after a second), then looks at gauges until {@link end}. */
  async begin(): Promise<void> {
    await this.stop()
    this.#pages = []
    this.#after = null
    this.#before = await this.#atRest()
    if (this.#before === null) return
    const stop = new AbortController()
    const signal = AbortSignal.any([stop.signal, this.#signal])
    this.#looking = { stop, done: this.#look(signal) }
  }

  /** After the last measured request: stops looking and scrapes when the server is at rest (or after a second). */
  async end(): Promise<void> {
    await this.stop()
    if (this.#before !== null) this.#after = await this.#atRest()
  }

  /** Stops looking, without a last scrape. Idempotent. */
  async stop(): Promise<void> {
    this.#looking?.stop.abort()
    await this.#looking?.done
    this.#looking = null
  }

  /** Null unless there is a scrape before and one after. */
  observation(): ServerObservation | null {
    if (this.#before === null || this.#after === null) return null
    const dialect = this.#before.dialect
    const between = this.#pages
      .map(readingOf)
      .filter((reading) => reading?.dialect === dialect)
      .map((reading) => reading!.state)
    return { before: this.#before, after: this.#after, between }
  }

  async #look(signal: AbortSignal): Promise<void> {
    let everyMs = this.#lookEveryMs
    let bytes = 0
    while (!signal.aborted) {
      // The timer may be cut short, and that is no error.
      await sleep(everyMs, undefined, { signal, ref: false }).catch(() => {})
      if (signal.aborted) return
      const page = await this.#read(signal)
      if (page === null) continue
      this.#pages.push(page)
      bytes += page.length
      if (this.#pages.length <= MAX_PAGES && bytes <= MAX_PAGE_BYTES) continue
      this.#pages = this.#pages.filter((_, index) => index % 2 === 0)
      bytes = this.#pages.reduce((total, { length }) => total + length, 0)
      everyMs *= 2
    }
  }

  /** The first reading without a request in the server and with the counters of the one before, else the last one. */
  async #atRest(): Promise<ServerReading | null> {
    const latest = AbortSignal.timeout(REST_WITHIN_MS)
    let last: ServerReading | null = null
    for (;;) {
      const reading: ServerReading | null = readingOf(await this.#read(this.#signal))
      if (reading === null || (isIdle(reading) && last !== null && sameCounts(last, reading))) return reading ?? last
      last = reading
      if (latest.aborted || this.#signal.aborted) return last
      await sleep(REST_LOOK_EVERY_MS, undefined, { signal: this.#signal }).catch(() => {})
    }
  }
}

function readingOf(page: Uint8Array | null): ServerReading | null {
  return page === null ? null : readServerState(Buffer.from(page).toString('utf8'))
}

function isIdle({ state }: ServerReading): boolean {
  return (state.gauges.running ?? 0) === 0 && (state.gauges.waiting ?? 0) === 0
}

function sameCounts(one: ServerReading, other: ServerReading): boolean {
  const { generationTokens, requestsFinished } = other.state.counters
  return (
    one.state.counters.generationTokens === generationTokens && one.state.counters.requestsFinished === requestsFinished
  )
}
