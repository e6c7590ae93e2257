import { ConfigurationError, type Problem } from '../record/problem.ts'

/** What was typed is shown again, but not all of a file that a shell expanded by mistake. */
const MAX_SHOWN_CHARACTERS = 80

/** Reads option values and gathers what is wrong with them, so that all of it is said at once. */
export class ArgumentReader {
  readonly #problems: Problem[] = []

  refuse(field: string, message: string, hint?: string): void {
    this.#problems.push({ file: 'command line', field, message, hint })
  }

  /** An option that was given where it does nothing is a mistake of the user's: nothing is ignored in silence. */
  refuseUnless(holds: boolean, field: string, value: unknown, message: string, hint?: string): void {
    if (value !== undefined && !holds) this.refuse(field, message, hint)
  }

  /** NaN, with a problem noted, for anything else than a whole number between the bounds. */
  integer(field: string, text: string, least: number, most: number): number {
    const value = /^\d{1,15}$/.test(text.trim()) ? Number(text) : Number.NaN
    if (value >= least && value <= most) return value
    this.refuse(field, `${shown(text)} is not a whole number from ${least} to ${most}`)
    return Number.NaN
  }

  /** NaN, with a problem noted, for anything else than a decimal number between the bounds. */
  decimal(field: string, text: string, least: number, most: number): number {
    const value = /^(\d{1,12}(\.\d{0,12})?|\.\d{1,12})$/.test(text.trim()) ? Number(text) : Number.NaN
    if (value >= least && value <= most) return value
    this.refuse(field, `${shown(text)} is not a number from ${least} to ${most}`)
    return Number.NaN
  }

  /** The first of the words, with a problem noted, for a word that is none of them. */
  oneOf<Word extends string>(field: string, text: string, words: readonly [Word, ...Word[]]): Word {
    const word = words.find((each) => each === text)
    if (word === undefined) this.refuse(field, `${shown(text)} is none of ${words.join(', ')}`)
    return word ?? words[0]
  }

  /** An http or https address with nothing in it that would be dropped without a word; null, with a problem noted, else. */
  address(field: string, text: string, example: string): URL | null {
    const url = URL.canParse(text) ? new URL(text) : null
    if (url !== null && /^https?:$/.test(url.protocol) && url.hostname !== '') return url
    this.refuse(field, `${shown(text)} is not an http or https address`, `for example ${example}`)
    return null
  }

  /** Throws {@link ConfigurationError} with every problem noted. */
  finish(): void {
    if (this.#problems.length > 0) throw new ConfigurationError(this.#problems)
  }
}

/** As it was typed, in quotes, cut where it is long. */
export function shown(text: string): string {
  return JSON.stringify(text.length > MAX_SHOWN_CHARACTERS ? `${text.slice(0, MAX_SHOWN_CHARACTERS)}…` : text)
}
