import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Comparison, VerdictRow } from '../../../src/compare/schema.ts'
import { COMMENT_BUDGET_BYTES, fit, SUMMARY_BUDGET_BYTES } from '../../../src/report/fit.ts'
import { renderComment, renderSummary } from '../../../src/report/markdown.ts'
import { badDay, comparisonOf, hostileComparison } from '../../fixtures/comparisons.ts'
import { elementsOf, markdownTree, nodesOf, pageTree, proseOf, textOf } from '../../fixtures/github-markdown.ts'

const bytes = (text: string) => Buffer.byteLength(text)

describe('the comment', () => {
  it('reads as it should', () => {
    expect(renderComment(badDay(), { reportUrl: 'https://github.com/o/r/actions/runs/1' })).toMatchSnapshot()
  })

  it('says verdict and action first, in at most 120 characters', () => {
    const [first] = renderComment(badDay()).split('\n')
    expect(first).toBe('## ❌ Fail: 5 regressed on 1 of 4 cells, 1 of 4 cells ended early – please read')
    fc.assert(
      fc.property(hostileComparison(), (comparison) => {
        expect(renderComment(comparison).split('\n')[0]!.length).toBeLessThanOrEqual(123)
      }),
      { numRuns: 8 },
    )
  })

  it('refuses a census that does not add up', () => {
    const comparison = badDay()
    comparison.census.regressed += 1
    expect(() => renderComment(comparison)).toThrow('does not add up')
  })

  it('refuses verdicts on cells that are not there', () => {
    const comparison = badDay()
    comparison.cells.shift()
    expect(() => renderComment(comparison)).toThrow('not among its cells')
  })

  it('puts a marker on the very first line', () => {
    expect(renderComment(badDay(), { marker: '<!-- m -->' })).toMatch(/^<!-- m -->\n## /)
  })

  it('never has more than six columns, nor rows of another width', () => {
    for (const table of nodesOf(markdownTree(renderComment(badDay())), 'table')) {
      const widths = new Set(table.children!.map((row) => row.children!.length))
      expect(widths.size).toBe(1)
      expect([...widths][0]).toBeLessThanOrEqual(6)
    }
  })

  it('shows what changed cell by cell, the worst first', () => {
    const tables = elementsOf(pageTree(renderComment(badDay())), 'table').slice(0, 2)
    const verdicts = tables.map((changes) =>
      elementsOf(changes, 'tr')
        .slice(1)
        .map((row) => textOf(elementsOf(row, 'td')[5]!)),
    )
    expect(verdicts).toEqual([Array(4).fill('❌\u00a0regressed'), Array(2).fill('✅\u00a0improved')])
  })

  it('footnotes a stored baseline and every remark', () => {
    const paired = badDay()
    const stored = renderComment({ ...paired, evidence: 'stored' })
    const references = (text: string) => nodesOf(markdownTree(text), 'footnoteReference').length
    expect(references(renderComment(paired))).toBe(paired.remarks.length)
    expect(references(stored)).toBe(paired.remarks.length + 1)
    expect(nodesOf(markdownTree(stored), 'footnoteDefinition')).toHaveLength(paired.remarks.length + 1)
    expect(textOf(pageTree(stored))).toContain('weaker evidence')
  })

  it('breaks no number from its unit and no sign from its word', () => {
    for (const cell of elementsOf(pageTree(renderComment(badDay())), 'td').map(textOf)) {
      expect(cell).not.toMatch(/\d (?:%|pp|of)|[→[±] |[❌✅🟰] /u)
    }
  })

  it('says in the census what was judged, and adds up', () => {
    const comparison = badDay()
    const [, census] = /\*\*\d+ of \d+ rows judged\*\*: (.*)/.exec(renderComment(comparison))!
    const [judged, other] = census!
      .split('not judged')
      .map((part) => (part.match(/\d+/g) ?? []).reduce((sum, number) => sum + Number(number), 0))
    expect(judged).toBe(comparison.judged)
    expect(judged! + other!).toBe(comparison.verdicts.length)
  })

  it('says how a cell ended in plain words, once', () => {
    const text = renderComment(badDay())
    expect(text).toContain(
      '`v4-pro.ascend-950.vllm-ascend`: before the server was ready on the head: exited (code 1); last output',
    )
    expect(text.match(/exited \(code 1\)/g)).toHaveLength(1)
  })

  it('says in one line that two targets were not compared, and shows at most ten rows of those that were', () => {
    const text = renderComment(badDay())
    expect(text.match(/not compared/g)).toEqual(['not compared'])
    expect(text).toContain('v4-pro: not compared, v4-pro.ascend-950.vllm-ascend ended early')
    const comparison = badDay()
    const rows = comparison.parity.filter((row) => row.suite === 'performance')
    comparison.parity.push(...rows.flatMap((row) => Array.from({ length: 5 }, () => row)))
    const table = nodesOf(markdownTree(renderComment(comparison)), 'table').find((each) =>
      textOf(each).startsWith('Model'),
    )
    expect(table!.children).toHaveLength(11)
  })

  it('reads a gap in words, without a verdict', () => {
    const text = renderComment(badDay())
    const part = text.slice(text.indexOf('### Ascend vs Nvidia'), text.indexOf('A gap is information'))
    expect(part).toContain('| slower |')
    expect(part).not.toMatch(/regressed|skipped|❌/)
  })

  it('shows metrics that are reported but not judged, with their numbers, apart from the skipped', () => {
    const text = renderComment(badDay())
    const [reported] = /\*\*2 reported, not judged\*\*[\s\S]*?\n\n[\s\S]*?\n\n/.exec(text)!
    expect(reported).toContain('E2EL p50')
    expect(reported.replaceAll('\u00a0', ' ')).toMatch(/\d → \d+ \| [+−]\d+\.\d %/)
    expect(reported).not.toContain('TTFT p99')
  })

  it('says in the headline of a first run that there is no base, and how to give one', () => {
    const { cells, parity } = badDay()
    const text = renderComment(comparisonOf(cells, [], parity, { evidence: 'none', outcome: 'incomplete' }))
    expect(text).toMatch(/^## ⚠️ Incomplete: measured, but there is no base to compare with\n/)
    expect(text).toContain('`crosschip report --baseline`')
  })

  it('says in the headline of a pass how much of it is open', () => {
    const { cells, verdicts } = badDay()
    const calm = verdicts.filter((row) => ['inconclusive', 'equivalent'].includes(row.verdict))
    const open = calm.filter((row) => row.verdict === 'inconclusive').length
    expect(renderComment(comparisonOf(cells, calm, [], { outcome: 'pass' })).split('\n')[0]).toBe(
      `## ✅ Pass: nothing regressed in ${calm.length} judged rows, ${open} of them inconclusive – no action needed`,
    )
  })

  it('prefers the largest gaps where not all fit', () => {
    const comparison = badDay()
    const [gap] = comparison.parity.filter((row) => row.suite === 'performance' && row.gap !== null)
    const rows = Array.from({ length: 30 }, (_, index) => ({
      ...gap!,
      subject: `gap ${index}`,
      verdict: 'skipped' as const,
      gap: { ...gap!.gap!, relative: ((index * 7) % 30) / 30 },
    }))
    const text = renderComment({ ...comparison, parity: rows })
    const open = text.slice(text.indexOf('### Ascend vs Nvidia'), text.indexOf('A gap is information'))
    const expected = rows.filter((row) => row.gap.relative >= 20 / 30).map((row) => row.subject)
    expect(open.match(/gap \d+/g)).toEqual(expected)
  })

  it('says how many more pairs would settle what is open', () => {
    const comparison = badDay()
    const needed = comparison.verdicts.flatMap((row) => row.performance?.morePairs ?? [])
    expect(renderComment(comparison)).toMatch(
      new RegExp(`metrics? inconclusive: about (?:${Math.min(...needed)} to )?${Math.max(...needed)} more pairs`),
    )
  })

  it('names the command that repeats the worst cell', () => {
    expect(renderComment(badDay())).toContain(
      'git worktree add ../base 9f8e7d6c5b4a && crosschip run --plan plan.json --cell v4-flash.ascend-950.vllm-ascend ' +
        '--out again --base-checkout ../base && crosschip report --plan plan.json --results again --out again',
    )
    expect(renderComment({ ...badDay(), evidence: 'none' })).not.toContain('--base-checkout ../base')
  })
})

describe('hostile text in every free field', () => {
  /** Elements that our own templates make, as the sanitizer leaves them. */
  const OURS = new Set([
    'h1',
    'h2',
    'h3',
    'p',
    'table',
    'thead',
    'tbody',
    'tr',
    'th',
    'td',
    'code',
    'ul',
    'ol',
    'li',
    'details',
    'summary',
    'strong',
    'em',
    'span',
    'section',
    'sub',
    'sup',
    'a',
  ])

  it('breaks no table, makes no element, link, mention or reference, and swallows nothing', () => {
    fc.assert(
      fc.property(hostileComparison(), (comparison) => {
        const text = renderComment(comparison)
        const tree = markdownTree(text)
        for (const table of nodesOf(tree, 'table')) {
          const widths = new Set(table.children!.map((row) => row.children!.length))
          expect([...widths]).toEqual([6])
        }
        expect(nodesOf(tree, 'link')).toEqual([])
        expect(nodesOf(tree, 'image')).toEqual([])
        for (const { value } of nodesOf(tree, 'html')) {
          expect(value!.replace(/<\/?(?:details|summary|code|span|sub)>/g, '')).not.toMatch(/[<>]/)
        }
        const page = pageTree(text)
        for (const element of nodesOf(page, 'element')) expect(OURS).toContain(element.tagName)
        const prose = proseOf(page)
        expect(prose).not.toMatch(/@[A-Za-z0-9]/)
        expect(prose).not.toMatch(/#\d/)
        expect(prose).not.toMatch(/https?:\/\//)
        // Every fold that was opened is closed, and no heading is swallowed by one.
        const markup = nodesOf(tree, 'html')
          .map((node) => node.value)
          .join('')
        expect(markup.match(/<details>/g)?.length).toBe(markup.match(/<\/details>/g)?.length)
        expect(elementsOf(page, 'h3')).toHaveLength((text.match(/^### /gm) ?? []).length)
      }),
      { numRuns: 25 },
    )
  })
})

describe('the size', () => {
  it('takes the fullest step that fits, and never cuts text', () => {
    expect(fit(['long text', 'short'], (step) => step, 6)).toBe('short')
    expect(fit(['long text', 'short'], (step) => step, 60)).toBe('long text')
    expect(() => fit(['long text', 'é'.repeat(4)], (step) => step, 7)).toThrow('8 bytes')
  })

  it('stays within the limits for 256 cells with many rows, and still counts and names what regressed', () => {
    const comparison = large(256, 60)
    for (const [render, budget] of [
      [renderComment, COMMENT_BUDGET_BYTES],
      [renderSummary, SUMMARY_BUDGET_BYTES],
    ] as const) {
      const text = render(comparison)
      expect(bytes(text)).toBeLessThanOrEqual(budget)
      expect(text.split('\n')[0]).toContain(`${comparison.census.regressed} regressed`)
      expect(text).toContain('❌\u00a0regressed')
      expect(text).toMatch(/\d+ (?:more|equivalent) rows in the full report/)
    }
  })

  it('drops equivalent rows before any regression', () => {
    const comparison = large(40, 12, 20)
    const text = renderComment(comparison)
    expect(text).toMatch(/\d+ equivalent rows in the full report/)
    const rows = elementsOf(pageTree(text), 'tr').filter((row) => textOf(row).includes('❌\u00a0regressed'))
    expect(rows).toHaveLength(comparison.census.regressed)
  })

  it('stays within the limit for hostile text of full length everywhere', () => {
    fc.assert(
      fc.property(hostileComparison(4, 12), (seed) => {
        const comparison = multiply(seed, 100)
        expect(bytes(renderComment(comparison))).toBeLessThanOrEqual(COMMENT_BUDGET_BYTES)
      }),
      { numRuns: 5 },
    )
  })
})

/** Many copies of the rows of a real comparison; every `regressedEvery`-th is regressed. */
function large(cells: number, rowsPerCell: number, regressedEvery = 3): Comparison {
  const sample = badDay()
  const performance = sample.verdicts.find((row) => row.verdict === 'regressed' && row.performance !== null)!
  const names = Array.from({ length: cells }, (_, index) => ({
    ...sample.cells[0]!,
    id: `v4-flash.target-${index}.vllm`,
  }))
  const verdicts = names.flatMap(({ id }, at) =>
    Array.from(
      { length: rowsPerCell },
      (_, index): VerdictRow => ({
        ...performance,
        cell: id,
        subject: `chat c${index} · tpot.p50`,
        verdict: (at * rowsPerCell + index) % regressedEvery === 0 ? 'regressed' : 'equivalent',
      }),
    ),
  )
  return comparisonOf(names, verdicts, [])
}

function multiply(comparison: Comparison, times: number): Comparison {
  const verdicts = Array.from({ length: times }, () => comparison.verdicts).flat()
  const parity = Array.from({ length: times }, () => comparison.parity).flat()
  const { remarks, evidence, outcome } = comparison
  return comparisonOf(comparison.cells, verdicts, parity, { remarks, evidence, outcome })
}
