/** Integer expressions with + - * and parentheses, found in a text and worked out exactly. */

export interface Arithmetic {
  /** As it stands in the text, white space normalised. */
  expression: string
  value: bigint
}

/** Longer ones are no arithmetic item; the limit keeps hostile prompts cheap. */
const MAX_EXPRESSION_CHARACTERS = 400
const MAX_DEPTH = 50

const OPERATORS: Record<string, string> = { plus: '+', minus: '-', times: '*' }
const RUN = /[-+*×·()\d\s]+/g

/** The last expression in `text` that has an operator and is well formed. */
export function findArithmetic(text: string): Arithmetic | null {
  const written = text.replace(/ (plus|minus|times) /gi, (_, word: string) => ` ${OPERATORS[word.toLowerCase()]} `)
  for (const [found] of [...written.matchAll(RUN)].reverse()) {
    const run = found.trim()
    if (run.length > MAX_EXPRESSION_CHARACTERS || !/\d[\s)]*[-+*×·]/.test(run)) continue
    // A hyphen, bullet or bracket of the sentence may touch the expression.
    for (const candidate of [run, run.replace(/^[^\d(]+/, ''), run.replace(/[^\d)]+$/, ''), trimmed(run)]) {
      const value = /\d[\s)]*[-+*×·]/.test(candidate) ? evaluate(candidate) : null
      if (value !== null) return { expression: candidate.replace(/\s+/g, ' ').trim(), value }
    }
  }
  return null
}

function trimmed(run: string): string {
  return run.replace(/^[^\d(]+/, '').replace(/[^\d)]+$/, '')
}

/** Null when the text is not one whole expression. */
export function evaluate(text: string): bigint | null {
  const tokens = text.replace(/[×·]/g, '*').match(/\d+|[-+*()]/g) ?? []
  let position = 0
  let depth = 0
  const sum = (): bigint | null => {
    let left = product()
    while (left !== null && (tokens[position] === '+' || tokens[position] === '-')) {
      const operator = tokens[position++]
      const right = product()
      if (right === null) return null
      left = operator === '+' ? left + right : left - right
    }
    return left
  }
  const product = (): bigint | null => {
    let left = atom()
    while (left !== null && tokens[position] === '*') {
      position++
      const right = atom()
      if (right === null) return null
      left *= right
    }
    return left
  }
  const atom = (): bigint | null => {
    const token = tokens[position++]
    if (token === undefined || depth > MAX_DEPTH) return null
    if (/^\d/.test(token)) return BigInt(token)
    depth++
    let value: bigint | null = null
    if (token === '-') {
      const negated = atom()
      value = negated === null ? null : -negated
    } else if (token === '(') {
      value = sum()
      if (tokens[position++] !== ')') value = null
    }
    depth--
    return value
  }
  const value = sum()
  return position === tokens.length ? value : null
}
