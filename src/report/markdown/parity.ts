import type { ComparedCell, ParityRow } from '../../compare/schema.ts'
import { VERDICTS } from '../../record/words.ts'
import { figures, type Markdown, md, plain } from '../escape.ts'
import type { ParityBlock, ReportModel } from '../model.ts'
import { change, pointsChange, value } from '../numbers.ts'
import { verdictWord } from '../verdict-words.ts'
import { blocks, leftOut, NAME_LIMIT, titles } from './blocks.ts'
import { section } from './changes.ts'
import type { Detail } from './detail.ts'

/** The two targets side by side, both on the head. A block of its own: a gap is no regression. */
export function paritySection(model: ReportModel, detail: Detail): Markdown | null {
  const headings = [...new Set(model.parity.map((block) => block.title))]
  return blocks(
    headings.map((title) =>
      parityTable(
        title,
        model.parity.filter((block) => block.title === title),
        detail,
      ),
    ),
  )
}

function parityTable(title: string, parts: readonly ParityBlock[], detail: Detail): Markdown | null {
  const [candidate, reference] = names(parts[0]!)
  const rows = parts
    .flatMap((block) => block.rows.map((row) => ({ block, row })))
    .filter(({ row }) => isShown(row, detail))
    .sort((left, right) => rank(left.row) - rank(right.row) || gapSize(right.row) - gapSize(left.row))
  const all = parts.reduce((sum, block) => sum + block.rows.length, 0)
  if (all === 0) return null
  const head = [...titles('Model', 'Measure'), reference, candidate, ...titles('Gap [95 % CI]', 'Verdict')]
  const lines = rows.map(({ block, row }) => [
    plain([block.candidate.model, block.candidate.variant ?? ''].join(' ').trim(), NAME_LIMIT),
    plain(block.labels.get(row.subject) ?? row.subject, NAME_LIMIT),
    figures(numberOf(row, 'reference')),
    figures(numberOf(row, 'candidate')),
    figures(row.correctness ? pointsChange(row.correctness.difference) : change(row.gap)),
    plain(parityVerdict(row), 200),
  ])
  const heading = md`### ${plain(title, NAME_LIMIT)} (head, same items, same load)`
  return blocks([
    section(heading.markdown, head, lines, detail.news ? Number.POSITIVE_INFINITY : 0) ?? heading,
    leftOut(all - rows.length, 'more'),
  ])
}

/** Below full detail only what does not simply agree. */
function isShown(row: ParityRow, detail: Detail): boolean {
  if (row.verdict === 'equivalent') return detail.quiet && (row.suite === 'performance' || row.correctness !== null)
  return row.verdict !== 'skipped' || row.gap !== null
}

/** Correctness before speed, worse before better. */
function rank(row: ParityRow): number {
  return (
    (row.suite === 'correctness' ? 0 : VERDICTS.length) +
    VERDICTS.indexOf(row.verdict) * (row.suite === 'correctness' ? 1 : 0)
  )
}

function gapSize(row: ParityRow): number {
  return row.gap ? Math.abs(Math.log1p(Math.max(-0.999999, row.gap.relative))) : 0
}

function numberOf(row: ParityRow, side: 'reference' | 'candidate'): string {
  const { correctness } = row
  if (!correctness) return value(side === 'reference' ? row.referenceValue : row.candidateValue)
  return `${side === 'reference' ? correctness.baseRight : correctness.headRight} of ${correctness.paired}`
}

/** A gap beyond the floor is information: the closed word for it, and why. */
export function parityVerdict(row: ParityRow): string {
  const word = verdictWord(row.verdict)
  if (row.verdict === 'skipped' && row.gap) return `${word} (information)`
  return row.gap || row.correctness ? word : `${word}: ${row.reason}`
}

function names({ candidate, reference }: ParityBlock): [Markdown, Markdown] {
  const name = ({ vendor, target }: ComparedCell) =>
    candidate.vendor === reference.vendor ? plain(target, 60) : plain(`${target} (${vendor})`, 60)
  return [name(candidate), name(reference)]
}
