import type { Comparison } from '../compare/schema.ts'
import { counted } from '../compare/wording.ts'

/** `3 pairs`, `2 to 3 pairs` over the cells that came back whole; empty if none did. */
export function pairsOf({ cells }: Comparison): string {
  const pairs = cells.filter((cell) => cell.received === 'complete').map((cell) => cell.pairs)
  if (pairs.length === 0) return ''
  const [fewest, most] = [Math.min(...pairs), Math.max(...pairs)]
  return fewest === most ? counted(most, 'pair') : `${fewest} to ${counted(most, 'pair')}`
}

/** The command line that measures one cell again; null where its name is not one that a plan can hold. */
export function repeatCommand({ evidence, baseCommit }: Comparison, cell: string): string | null {
  if (!/^[a-z0-9][a-z0-9._-]*$/.test(cell)) return null
  const run = `crosschip run --plan plan.json --cell ${cell} --out again`
  const report = 'crosschip report --plan plan.json --results again --out again'
  if (evidence !== 'paired' && evidence !== 'mixed') return `${run} && ${report}`
  const known = baseCommit !== null && /^[0-9a-f]{7,64}$/.test(baseCommit)
  const checkout = known ? `git worktree add ../base ${baseCommit.slice(0, 12)} && ` : ''
  return `${checkout}${run} --base-checkout ../base && ${report}`
}

/** Beyond so many, "about" says little of the rows that need fewer. */
const MANY_PAIRS = 20

/** How many more pairs would likely settle what is open; null where nothing is, or pairs would not help. */
export function morePairsAdvice({ verdicts, cells }: Comparison): string | null {
  const open = verdicts.filter((row) => row.verdict === 'inconclusive' && row.performance !== null)
  const more = open.flatMap((row) => row.performance?.morePairs ?? []).sort((one, other) => one - other)
  if (more.length === 0) return null
  const [fewest, middle, most] = [more[0]!, more[(more.length - 1) >> 1]!, more.at(-1)!]
  const now = Math.max(0, ...cells.map((cell) => cell.pairs))
  const range = fewest === most ? `${most}` : `${fewest} to ${most}`
  const advice =
    most <= MANY_PAIRS
      ? `about ${range} more pairs than the ${now} of now would settle ${open.length === 1 ? 'it' : 'them'}`
      : `about ${middle} more pairs than the ${now} of now would settle half of them, a quieter machine more`
  return `${counted(open.length, 'metric')} inconclusive: ${advice}`
}
