import { ConfigurationError, type Problem } from '../record/problem.ts'

/** Reads option values and gathers what is wrong with them, so that all of it is said at once. */
export class ArgumentReader {
  readonly #problems: Problem[] = []

  refuse(field: string, message: string, hint?: string): void {
    this.#problems.push({ file: 'command line', field, message, hint })
  }

  /** NaN, with a problem noted, for anything else than a whole number between the bounds. */
  integer(field: string, text: string, least: number, most: number): number {
    const value = /^\d{1,15}$/.test(text.trim()) ? Number(text) : Number.NaN
    if (!(value >= least && value <= most))
      this.refuse(field, `${JSON.stringify(text)} is not a whole number from ${least} to ${most}`)
    return value >= least && value <= most ? value : Number.NaN
  }

  /** NaN, with a problem noted, for anything else than a decimal number between the bounds. */
  decimal(field: string, text: string, least: number, most: number): number {
    const value = /^\d{1,12}(\.\d{1,12})?$/.test(text.trim()) ? Number(text) : Number.NaN
    if (!(value >= least && value <= most))
      this.refuse(field, `${JSON.stringify(text)} is not a number from ${least} to ${most}`)
    return value >= least && value <= most ? value : Number.NaN
  }

  /** The first of the words, with a problem noted, for a word that is none of them. */
  oneOf<Word extends string>(field: string, text: string, words: readonly [Word, ...Word[]]): Word {
    const word = words.find((each) => each === text)
    if (word === undefined) this.refuse(field, `${JSON.stringify(text)} is none of ${words.join(', ')}`)
    return word ?? words[0]
  }

  /** Throws {@link ConfigurationError} with every problem noted. */
  finish(): void {
    if (this.#problems.length > 0) throw new ConfigurationError(this.#problems)
  }
}
