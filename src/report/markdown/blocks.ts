import type { VerdictRow } from '../../compare/schema.ts'
import { joinMarkdown, type Markdown, md, tableCell, unbroken } from '../escape.ts'
import { adviceOf, verdictOf } from '../verdict-words.ts'

/** Names are cut to this in tables, so that twenty hostile rows still fit. */
export const NAME_LIMIT = 100

/** A GFM table. Cells were made by the escape functions, so none holds a line break. */
export function table(head: readonly Markdown[], rows: readonly (readonly Markdown[])[]): Markdown {
  const line = (cells: readonly Markdown[]) => `| ${joinMarkdown(cells.map(tableCell), ' | ').markdown} |`
  const header = line(head)
  const rule = `|${head.map(() => '---|').join('')}`
  return { markdown: [header, rule, ...rows.map(line)].join('\n') }
}

/** A block that opens on a click. The blank lines are what makes GitHub read the inside as Markdown. */
export function folded(summary: Markdown, content: Markdown): Markdown {
  return { markdown: `<details><summary>${summary.markdown}</summary>\n\n${content.markdown}\n\n</details>` }
}

/** Column titles of our own. */
export function titles(...texts: string[]): Markdown[] {
  return texts.map((markdown) => ({ markdown }))
}

export function list(items: readonly Markdown[]): Markdown {
  return { markdown: items.map((item) => `- ${item.markdown}`).join('\n') }
}

/** Blocks one after another, a blank line between. */
export function blocks(parts: readonly (Markdown | null)[]): Markdown {
  return joinMarkdown(
    parts.filter((part) => part !== null).filter((part) => part.markdown !== ''),
    '\n\n',
  )
}

/** A verdict that no line break parts from its sign, and what would end it where it is open. */
export function verdictMark(row: VerdictRow): Markdown {
  const advice = adviceOf(row)
  return joinMarkdown([verdictOf(row), ...(advice === '' ? [] : [`(${advice})`])].map(unbroken), ' ')
}

/** What is said of rows that were left out; nothing if none was. */
export function leftOut(count: number, what: string): Markdown | null {
  if (count <= 0) return null
  return md`${count} ${what} ${count === 1 ? 'row' : 'rows'} in the full report.`
}
