import type { ParityRow } from '../../compare/schema.ts'
import { code, figures, type Markdown, md, plain } from '../escape.ts'
import type { ReportModel } from '../model.ts'
import { change, pointsChange, value } from '../numbers.ts'
import { type ParityBlock, readingOf } from '../parity-blocks.ts'
import { blocks, folded, list, NAME_LIMIT, table, titles } from './blocks.ts'
import type { Detail } from './detail.ts'

/** Rows of the open table; the rest folds, and beyond that it is counted. */
const OPEN_ROWS = 10
const FOLDED_ROWS = 40
const MAX_ABSENT = 20

interface Line {
  block: ParityBlock
  row: ParityRow
}

/** The two targets side by side, both on the head. A block of its own: a gap is no regression. */
export function paritySection(model: ReportModel, detail: Detail): Markdown | null {
  const groups = new Map<string, ParityBlock[]>()
  for (const block of model.parity) {
    const key = JSON.stringify([block.title, block.candidate.target, block.reference.target])
    groups.set(key, [...(groups.get(key) ?? []), block])
  }
  return blocks([...groups.values()].map((parts) => pairOfTargets(parts, detail)))
}

function pairOfTargets(parts: readonly ParityBlock[], detail: Detail): Markdown {
  const { title, candidate, reference } = parts[0]!
  const main = fairShare(parts.map((block) => block.main.map((row) => ({ block, row }))))
  const [open, more] = detail.news ? [main.open, main.rest] : [[], [...main.open, ...main.rest]]
  const others = [...more, ...parts.flatMap((block) => block.others.map((row) => ({ block, row })))]
  const folding = detail.quiet ? others.slice(0, FOLDED_ROWS) : []
  const left = others.length - folding.length
  const quiet = parts.reduce((sum, block) => sum + block.quiet.length, 0)
  const absent = parts.flatMap((block) => block.absent.map((reason) => md`${name(block)}: ${plain(reason, 300)}`))
  const rest = [
    ...(quiet > 0 ? [`${quiet} checks that agree or metrics without a number`] : []),
    ...(left > 0 ? [`${left} more rows`] : []),
    ...(absent.length > MAX_ABSENT ? [`${absent.length - MAX_ABSENT} more pairs`] : []),
  ]
  return blocks([
    md`### ${plain(title, NAME_LIMIT)} on the head: ${code(candidate.target, 60)} against ${code(reference.target, 60)}`,
    absent.length > 0 ? list(absent.slice(0, MAX_ABSENT)) : null,
    open.length > 0 ? gapTable(open) : null,
    open.length > 0 ? md`A gap is information and never part of the outcome.` : null,
    folding.length > 0 ? folded(md`${folding.length} more measures`, gapTable(folding)) : null,
    rest.length > 0 ? md`${rest.join(' and ')} in the full report.` : null,
  ])
}

/**
 * At most {@link OPEN_ROWS} lines, an equal share for every pair: what is answered first, then the largest gaps that are
 * beyond the floor. They keep their order.
 */
function fairShare(parts: readonly Line[][]): { open: Line[]; rest: Line[] } {
  const longest = Math.max(0, ...parts.map((part) => part.length))
  const taken = (limit: number) => parts.reduce((sum, part) => sum + Math.min(part.length, limit), 0)
  let quota = 0
  while (quota < longest && taken(quota + 1) <= OPEN_ROWS) quota++
  // More pairs than lines: the first ones have one each.
  const chosen = quota > 0 ? parts.map((part) => part.map(byWeight).sort(heavier).slice(0, quota)) : []
  if (quota === 0) chosen.push(parts.flatMap((part) => part.slice(0, 1).map(byWeight)).slice(0, OPEN_ROWS))
  const isOpen = new Set(chosen.flat().map(({ line }) => line))
  return {
    open: parts.flat().filter((line) => isOpen.has(line)),
    rest: parts.flat().filter((line) => !isOpen.has(line)),
  }
}

function byWeight(line: Line): { line: Line; weight: number } {
  const { suite, verdict, gap } = line.row
  if (suite === 'correctness') return { line, weight: Number.POSITIVE_INFINITY }
  const size = gap ? Math.abs(Math.log1p(Math.max(-0.999999, gap.relative))) : 0
  return { line, weight: verdict === 'skipped' ? 1 + size : size / (1 + size) }
}

function heavier(one: { weight: number }, other: { weight: number }): number {
  return one.weight === other.weight ? 0 : other.weight - one.weight
}

function gapTable(lines: readonly Line[]): Markdown {
  const { candidate, reference } = lines[0]!.block
  const head = [
    ...titles('Model', 'Measure'),
    plain(reference.target, 60),
    plain(candidate.target, 60),
    ...titles('Gap [CI]', 'In words'),
  ]
  return table(
    head,
    lines.map(({ block, row }, index) => [
      lines[index - 1]?.block === block ? { markdown: '' } : name(block),
      plain(block.labels.get(row.subject) ?? row.subject, NAME_LIMIT),
      figures(numberOf(row, 'reference')),
      figures(numberOf(row, 'candidate')),
      figures(row.correctness ? pointsChange(row.correctness.difference) : change(row.gap)),
      plain(readingOf(row), 150),
    ]),
  )
}

function name(block: ParityBlock): Markdown {
  return plain(block.model, NAME_LIMIT)
}

function numberOf(row: ParityRow, side: 'reference' | 'candidate'): string {
  const { correctness } = row
  if (!correctness) return value(side === 'reference' ? row.referenceValue : row.candidateValue)
  return `${side === 'reference' ? correctness.baseRight : correctness.headRight} of ${correctness.paired}`
}
