import { writeFile } from 'node:fs/promises'
import { ConfigurationError } from '../../record/problem.ts'
import type { MeasuredPoint } from '../../suites/performance/measure.ts'
import { writeRawRecords } from '../../suites/performance/raw-record-file.ts'

/** The file of `--raw`: the raw records of all load points, one after the other. */
export class RawFile {
  readonly #path: string

  private constructor(path: string) {
    this.#path = path
  }

  /** Empties the file, or throws ConfigurationError: better before the load than after it. */
  static async start(path: string): Promise<RawFile> {
    try {
      await writeFile(path, '')
    } catch (error) {
      const message = `cannot be written: ${(error as Error).message}`
      throw new ConfigurationError([{ file: path, field: '--raw', message }], { cause: error })
    }
    return new RawFile(path)
  }

  /** Adds the records of one point and says so in it; the numbers stand without it. Returns what went wrong. */
  async append({ point, run, originMs }: MeasuredPoint): Promise<string | null> {
    const { scenario, load, repetition } = point
    try {
      await writeRawRecords(this.#path, { scenario, load, repetition, originMs }, run.records, { append: true })
      point.rawRecord = this.#path
      return null
    } catch (error) {
      return `the raw record of ${load} was not kept: ${(error as Error).message}`
    }
  }
}
