import { open } from 'node:fs/promises'
import { ConfigurationError } from '../../record/problem.ts'
import type { MeasuredPoint } from '../../suites/performance/measure.ts'
import { writeRawRecords } from '../../suites/performance/raw-record-file.ts'

/** The file of `--raw`: the raw records of all load points, one after the other. */
export class RawFile {
  readonly #path: string
  /** What a load before this one left there stays until this one has something to write. */
  #begun = false

  private constructor(path: string) {
    this.#path = path
  }

  /** Throws ConfigurationError when the file cannot be written: better before the load than after it. */
  static async start(path: string): Promise<RawFile> {
    try {
      await (await open(path, 'a')).close()
    } catch (error) {
      const message = `cannot be written: ${(error as Error).message}`
      throw new ConfigurationError([{ file: path, field: '--raw', message }], { cause: error })
    }
    return new RawFile(path)
  }

  /** Adds the records of one point and says so in it; the numbers stand without it. Returns what went wrong. */
  async append({ point, run, header }: MeasuredPoint): Promise<string | null> {
    try {
      await writeRawRecords(this.#path, header, run.records, { append: this.#begun })
      this.#begun = true
      point.rawRecord = this.#path
      return null
    } catch (error) {
      return `the raw record of ${point.load} was not kept: ${(error as Error).message}`
    }
  }
}
