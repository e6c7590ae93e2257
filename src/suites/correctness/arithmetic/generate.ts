import { type Random, seededRandom } from '../../../record/seeded-random.ts'

/** One generated item: a pure expression and its exact value. */
export interface ArithmeticItem {
  id: string
  /** 1 (two small numbers) to 5 (nested products); items cycle through the levels. */
  level: number
  expression: string
  value: number
}

type Operator = '+' | '-' | '*'
type Expression = { value: number; text: string; operator: Operator | null }

const LEVELS = 5

/**
 * `count` items for a seed. Item n depends on the seed and n alone: asking for more items keeps the ones before, so
 * two runs with different counts can still be paired.
 */
export function arithmeticItems(seed: number, count: number): ArithmeticItem[] {
  return Array.from({ length: count }, (_, index) => {
    const random = seededRandom(seed, 'arithmetic', index)
    const level = (index % LEVELS) + 1
    const { text, value } = expressionOf(level, random)
    return { id: `arith-${String(index + 1).padStart(4, '0')}`, level, expression: text, value }
  })
}

function expressionOf(level: number, random: Random): Expression {
  const number = (low: number, high: number): Expression => {
    const value = random.integer(low, high)
    return { value, text: String(value), operator: null }
  }
  const sum = (left: Expression, right: Expression) => combine(random.pick(['+', '-'] as const), left, right)
  const product = (left: Expression, right: Expression) => combine('*', left, right)
  switch (level) {
    case 1:
      return sum(number(2, 99), number(2, 99))
    case 2:
      return random.next() < 0.5
        ? sum(sum(number(10, 999), number(10, 999)), number(10, 999))
        : product(number(3, 12), number(11, 49))
    case 3:
      return sum(product(number(3, 19), number(11, 99)), number(10, 999))
    case 4:
      return sum(product(sum(number(11, 99), number(11, 99)), number(3, 29)), number(100, 999))
    default:
      return sum(
        product(sum(number(11, 99), number(11, 99)), sum(number(11, 99), number(2, 9))),
        product(number(11, 99), number(11, 99)),
      )
  }
}

/** Parentheses only where the precedence needs them, as a person writes it. */
function combine(operator: Operator, left: Expression, right: Expression): Expression {
  const wrapLeft = operator === '*' && (left.operator === '+' || left.operator === '-')
  const wrapRight =
    (operator === '*' && (right.operator === '+' || right.operator === '-')) ||
    (operator === '-' && (right.operator === '+' || right.operator === '-'))
  const text = `${wrapLeft ? `(${left.text})` : left.text} ${operator} ${wrapRight ? `(${right.text})` : right.text}`
  return { operator, text, value: apply(operator, left.value, right.value) }
}

function apply(operator: Operator, left: number, right: number): number {
  switch (operator) {
    case '+':
      return left + right
    case '-':
      return left - right
    case '*':
      return left * right
  }
}
