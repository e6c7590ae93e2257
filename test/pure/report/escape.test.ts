import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { code, figures, html, link, md, plain, tableCell, terminalText, visible } from '../../../src/report/escape.ts'
import { elementsOf, markdownTree, nodesOf, pageTree, proseOf, textOf } from '../../fixtures/github-markdown.ts'
import { anyText, HOSTILE } from '../../fixtures/hostile-text.ts'

/** What a reader must see of a text, whatever it was escaped with. */
const seen = (text: string) => text.replace(/\u2060/g, '').replace(/\s+/g, ' ')
const isWellFormed = (text: string) => !/\p{Cs}/u.test(text)

const inTable = (cell: string) => `| a | b |\n|---|---|\n| ${cell} | end |\n`

describe('plain text', () => {
  it.each(HOSTILE)('shows %j as it is, with nothing acting', (text) => {
    const tree = markdownTree(`x ${plain(text).markdown} y`)
    expect(nodesOf(tree, 'link')).toEqual([])
    expect(nodesOf(tree, 'image')).toEqual([])
    expect(nodesOf(tree, 'footnoteReference')).toEqual([])
    expect(nodesOf(tree, 'html').every((node) => /^<\/?span>$/.test(node.value!))).toBe(true)
    expect(seen(textOf(pageTree(`x ${plain(text).markdown} y`))).trim()).toBe(
      `x ${visible(text)} y`.replace(/\s+/g, ' '),
    )
  })

  it('keeps a table whole and nothing linked, for any text', () => {
    fc.assert(
      fc.property(anyText(300), (text) => {
        const source = inTable(plain(text).markdown)
        const tree = markdownTree(source)
        expect(nodesOf(tree, 'tableRow').map((row) => row.children!.length)).toEqual([2, 2])
        expect(nodesOf(tree, 'link')).toEqual([])
        const page = pageTree(source)
        const prose = proseOf(page)
        expect(prose).not.toMatch(/@[A-Za-z0-9]/)
        expect(prose).not.toMatch(/#\d/)
        expect(prose).not.toMatch(/\bGH-\d/i)
        expect(prose).not.toMatch(/[0-9a-f]{7,}/i)
        expect(prose).not.toMatch(/https?:\/\//i)
        expect(seen(textOf(elementsOf(page, 'td')[0]!)).trim()).toBe(visible(text))
      }),
    )
  })

  it('begins no list, rule or heading at the start of a list item', () => {
    fc.assert(
      fc.property(anyText(200), (text) => {
        const tree = markdownTree(`- ${plain(text).markdown}\n- end\n`)
        expect(tree.children).toHaveLength(1)
        const [item] = nodesOf(tree, 'listItem')
        expect((item!.children ?? []).every((child) => child.type === 'paragraph')).toBe(true)
        expect(nodesOf(tree, 'listItem')).toHaveLength(2)
      }),
    )
  })
})

describe('code spans', () => {
  it('hold any text in a table cell, one span, the same characters', () => {
    fc.assert(
      fc.property(anyText(200), (text) => {
        const tree = markdownTree(inTable(tableCell(code(text)).markdown))
        expect(nodesOf(tree, 'tableRow').map((row) => row.children!.length)).toEqual([2, 2])
        if (visible(text) === '') return
        const spans = nodesOf(tree, 'inlineCode')
        expect(spans).toHaveLength(1)
        expect(spans[0]!.value).toBe(visible(text).replace(/\\\|/g, '\\\\u007C'))
      }),
    )
  })

  it('show any text outside of a table as it is, pipes without a backslash', () => {
    fc.assert(
      fc.property(fc.oneof(anyText(200), fc.constantFrom('a|b', '\\|', 'a \\| b')), (text) => {
        if (visible(text) === '') return
        const spans = nodesOf(markdownTree(`- ${code(text).markdown}: x`), 'inlineCode')
        expect(spans.map((span) => span.value)).toEqual([visible(text)])
      }),
    )
  })

  it('show nothing as something', () => {
    expect(code(' \n ').markdown).toBe('*(empty)*')
  })
})

describe('invisible characters', () => {
  it('are shown by number', () => {
    expect(visible('a\u202Eb\u200Bc\u0000\u{E0041}\uD800')).toBe('a\\u202Eb\\u200Bc\\u0000\\u{E0041}\\uD800')
  })

  it('never reach a document', () => {
    fc.assert(
      fc.property(anyText(300), (text) => {
        for (const made of [visible(text), code(text).markdown, html`${text}`.html]) {
          expect(made).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u)
          expect(isWellFormed(made)).toBe(true)
        }
      }),
    )
  })

  it('cut long text visibly', () => {
    expect(visible('x'.repeat(1000), 10)).toBe('xxxxxxxxx…')
    expect(isWellFormed(visible(`${'x'.repeat(8)}🟥🟥`, 10))).toBe(true)
  })
})

describe('the templates', () => {
  it('escape what is inserted and keep what was made here', () => {
    expect(md`**${'<b>'}** ${code('x')}`.markdown).toBe('**&#60;b&#62;** `x`')
    expect(html`<p title="${'"><script>'}">${[html`<b>${'&'}</b>`]}</p>`.html).toBe(
      '<p title="&#34;&#62;&#60;script&#62;"><b>&#38;</b></p>',
    )
  })

  it('link only plain https addresses', () => {
    expect(link('report', 'https://github.com/o/r/actions/runs/1').markdown).toBe(
      '[report](https://github.com/o/r/actions/runs/1)',
    )
    for (const bad of ['javascript:alert(1)', 'http://example.com/', 'https://example.com/a b', 'https://e.com/)x']) {
      expect(nodesOf(markdownTree(link('report', bad).markdown), 'link')).toEqual([])
    }
  })

  it('take as figures only figures, and let no line break part them', () => {
    expect(figures('+7.9 % [+6.1, +9.8]').markdown).toBe('+7.9\u00a0%\u00a0[+6.1,\u00a0+9.8]')
    expect(figures('[x](y)').markdown).not.toContain('[')
  })
})

describe('terminal text', () => {
  it('holds no escape sequence and no workflow command', () => {
    fc.assert(
      fc.property(anyText(300), (text) => {
        const made = terminalText(text)
        expect(made).not.toContain('\u001b')
        expect(made).not.toContain('::')
        expect(made).not.toContain('##[')
        expect(made).not.toMatch(/[\r\n]/)
      }),
    )
  })
})
