import type { BeatLog } from './observation.ts'
import { BEAT_BYTES } from './reference-worker.ts'

/** Takes the bytes of the reference stream apart and notes how late each beat was seen. */
export class BeatReader {
  /** A beat that a read has cut. */
  readonly #part = Buffer.alloc(BEAT_BYTES)
  #partBytes = 0
  /** When the beat before was seen; the next one tells when it was sent. Null when it belongs to no log. */
  #seenMs: number | null = null
  #log: BeatLog | null = null

  /** `atMs` on the sender's clock, taken before any byte was looked at: it holds for all beats of this read. */
  read(atMs: number, bytes: Buffer, length: number): void {
    let position = 0
    while (position < length) {
      const taken = Math.min(BEAT_BYTES - this.#partBytes, length - position)
      bytes.copy(this.#part, this.#partBytes, position, position + taken)
      position += taken
      this.#partBytes += taken
      if (this.#partBytes < BEAT_BYTES) return
      this.#partBytes = 0
      this.#beat(atMs, this.#part.readDoubleLE(0), this.#part.readDoubleLE(8))
    }
  }

  /** Logs the beats from now on; only the log begun last goes on. */
  log(): { end(): BeatLog } {
    const log: BeatLog = { errorsMs: [], senderDelaysMs: [] }
    this.#log = log
    this.#seenMs = null
    return {
      end: () => {
        if (this.#log === log) this.#log = null
        return log
      },
    }
  }

  #beat(atMs: number, writtenBeforeMs: number, senderDelayMs: number): void {
    if (this.#log === null) return
    // The reader may be faster than the return of the write.
    if (this.#seenMs !== null) this.#log.errorsMs.push(Math.max(0, this.#seenMs - writtenBeforeMs))
    this.#log.senderDelaysMs.push(senderDelayMs)
    this.#seenMs = atMs
  }
}
