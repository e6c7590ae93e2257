import type { CellResult } from '../../record/cell-result.ts'
import { writeResult } from './result-file.ts'

/**
 * The versions of one result that are written while its cell ends, one after the other. A version that says nothing new
 * leaves the file alone: somebody may be uploading it.
 */
export class ResultWriter {
  readonly #out: string
  #written: { content: string; result: CellResult } | undefined
  #queue: Promise<unknown> = Promise.resolve()

  constructor(out: string) {
    this.#out = out
  }

  /** Gives what the file holds then. Rejects when it cannot be written; the next version is tried all the same. */
  write(result: CellResult): Promise<CellResult> {
    const writing = this.#queue.then(() => this.#replace(result))
    this.#queue = writing.catch(() => {})
    return writing
  }

  async #replace(result: CellResult): Promise<CellResult> {
    const content = contentOf(result)
    if (this.#written?.content === content) return this.#written.result
    await writeResult(this.#out, result)
    this.#written = { content, result }
    return result
  }
}

/** Everything but the time at which it was said. */
function contentOf(result: CellResult): string {
  return JSON.stringify({ ...result, finishedAt: null })
}
