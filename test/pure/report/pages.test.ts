import fc from 'fast-check'
import rehypeRaw from 'rehype-raw'
import { unified } from 'unified'
import { describe, expect, it } from 'vitest'
import { renderHtml } from '../../../src/report/html.ts'
import { intervalBar } from '../../../src/report/page/interval-bar.ts'
import { renderTerminal } from '../../../src/report/terminal.ts'
import { badDay, hostileComparison } from '../../fixtures/comparisons.ts'
import { elementsOf, nodesOf, type TreeNode, textOf } from '../../fixtures/github-markdown.ts'

/** Parses as a browser does (parse5). */
function parse(text: string): TreeNode {
  return unified()
    .use(rehypeRaw)
    .runSync({ type: 'root', children: [{ type: 'raw', value: text }] } as never) as TreeNode
}

describe('the page', () => {
  it('has every row, no script and nothing to fetch', () => {
    const comparison = badDay()
    const text = renderHtml(comparison)
    expect(text).not.toMatch(/<script|<img|<link|\son\w+=|url\(|@import/i)
    const page = parse(text)
    const whole = textOf(page)
    for (const { reason } of comparison.verdicts.filter((row) => row.performance === null))
      expect(whole).toContain(reason)
    const rows = elementsOf(page, 'tr').length - elementsOf(page, 'thead').length
    const parity = comparison.parity.filter((row) => row.suite !== 'cell').length
    expect(rows).toBe(comparison.verdicts.length + parity + duplicatesOf(comparison))
    expect(whole).toContain('not compared, v4-pro.ascend-950.vllm-ascend ended early')
  })

  it('titles every value for narrow screens, and marks those that are not there', () => {
    const cells = [...renderHtml(badDay()).matchAll(/<td class="\w+ (\w+)" data-title="[^"]+"><div>(.*?)<\/div>/g)]
    expect(cells.length).toBe(elementsOf(parse(renderHtml(badDay())), 'td').length)
    expect(cells.some(([, state]) => state === 'empty')).toBe(true)
    for (const [, state, text] of cells) expect(state === 'empty').toBe(text === '–')
  })

  it('draws one bar for every effect', () => {
    const comparison = badDay()
    const bars = elementsOf(parse(renderHtml(comparison)), 'svg').length
    expect(bars).toBe(comparison.verdicts.filter((row) => row.performance?.effect).length)
  })

  it('makes no element of its own from hostile text', () => {
    fc.assert(
      fc.property(hostileComparison(), (comparison) => {
        const page = parse(renderHtml(comparison))
        const tags = new Set(nodesOf(page, 'element').map((node) => node.tagName))
        for (const tag of ['script', 'img', 'a', 'b', 'iframe', 'form']) expect(tags).not.toContain(tag)
        expect(nodesOf(page, 'comment')).toEqual([])
        for (const row of elementsOf(page, 'tr')) expect(row.children!.filter(isCell).length).toBeGreaterThanOrEqual(4)
      }),
      { numRuns: 15 },
    )
  })
})

describe('the bar of an interval', () => {
  it('shows harm to the right, whichever way the metric is good', () => {
    const effect = { relative: 0.08, low: 0.06, high: 0.1, level: 0.95 }
    const centre = (text: string) => Number(/cx="([\d.]+)"/.exec(text)![1])
    expect(centre(intervalBar(effect, 0.03, 'lower-is-better', 'regressed').html)).toBeGreaterThan(90)
    expect(centre(intervalBar(effect, 0.03, 'higher-is-better', 'improved').html)).toBeLessThan(90)
  })

  it('stays inside its frame for any effect', () => {
    const number = fc.double({ min: -1, max: 1e12, noNaN: true })
    fc.assert(
      fc.property(number, number, number, (relative, low, high) => {
        const bar = intervalBar({ relative, low, high, level: 0.95 }, 0.03, 'lower-is-better', 'inconclusive').html
        const places = [...bar.matchAll(/ (?:cx|x1|x2|x)="(-?[\d.]+)"/g)].map((match) => Number(match[1]))
        expect(places).toHaveLength(6)
        for (const place of places) {
          expect(place).toBeGreaterThanOrEqual(0)
          expect(place).toBeLessThanOrEqual(180)
        }
      }),
    )
  })
})

describe('the terminal', () => {
  it('reads as it should', () => {
    expect(renderTerminal(badDay(), { colour: false })).toMatchSnapshot()
  })

  it('says the outcome last and colours only where asked', () => {
    expect(renderTerminal(badDay(), { colour: false }).split('\n').at(-1)).toMatch(
      /^fail: 4 of 4 cells, \d+ rows judged/,
    )
    expect(renderTerminal(badDay(), { colour: false })).not.toContain('\u001b')
    expect(renderTerminal(badDay(), { colour: true })).toContain('\u001b[31mregressed')
  })

  it('passes on no control character and no workflow command', () => {
    fc.assert(
      fc.property(hostileComparison(), (comparison) => {
        const text = renderTerminal(comparison, { colour: false })
        expect(text.replace(/\n/g, '')).not.toMatch(/\p{Cc}/u)
        expect(text).not.toContain('##[')
        for (const line of text.split('\n')) expect(line.trimStart()).not.toMatch(/^::/)
      }),
      { numRuns: 15 },
    )
  })
})

const isCell = (node: TreeNode) => node.tagName === 'td' || node.tagName === 'th'

/** Checks that score items and agree stand in the table of checks and among everything else. */
function duplicatesOf(comparison: ReturnType<typeof badDay>): number {
  const changed = ['regressed', 'broken', 'missing', 'infrastructure', 'improved']
  return comparison.verdicts.filter((row) => row.correctness !== null && !changed.includes(row.verdict)).length
}
