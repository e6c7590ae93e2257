/**
 * The one place where text that came from a cell, a model, a branch name or a matrix file becomes part of a document.
 * `md` and `html` are templates: what stands in the source is ours, every inserted string is escaped, and only a value
 * that was itself made here goes in as it is.
 */

/** Markdown that is safe anywhere within a line; in a table only by {@link tableCell}. */
export interface Markdown {
  readonly markdown: string
}

/** Markup that is safe as element content and in double-quoted attributes. */
export interface Html {
  readonly html: string
}

/** Zero-width, no line break: splits what GitHub would link, without being seen. */
const JOINER = '\u2060'
/** Control and format characters (bidi overrides, zero-width, tags), lone surrogates, line and paragraph separators. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu
const MAX_SHOWN = 600

/** One line in which nothing acts unseen: white space is one space, invisible characters are shown as `\u202E`. */
export function visible(text: string, limit = MAX_SHOWN): string {
  const line = text.replace(/\s+/g, ' ').trim().replace(INVISIBLE, codePoint)
  return line.length <= limit ? line : `${line.slice(0, limit - 1).replace(/[\uD800-\uDBFF]$/, '')}…`
}

/** Text as text: no emphasis, link, mention, reference, footnote, HTML, math or emoji comes of it. */
export function plain(text: string, limit = MAX_SHOWN): Markdown {
  const split = visible(text, limit)
    // @name and mail addresses, #123, GH-123: entities are decoded before GitHub looks for these, a joiner is not.
    .replace(/@/g, `@${JOINER}`)
    .replace(/#(?=\d)/g, `#${JOINER}`)
    .replace(/\bGH-(?=\d)/gi, (match) => `${match}${JOINER}`)
    // Commits are linked from seven hexadecimal digits on.
    .replace(/[0-9a-f]{7,}/gi, (match) => match.replace(/.{6}(?=.)/g, `$&${JOINER}`))
    .replace(/:(?=\/\/|[\w+-]+:)/g, `:${JOINER}`)
    .replace(/\b(mailto|xmpp):/gi, `$1:${JOINER}`)
    .replace(/\bwww\./gi, (match) => `${match.slice(0, -1)}${JOINER}.`)
  const encoded = split
    .replace(/[&<>|\\`*_[\]~!"]/g, entity)
    // GitHub's advice for a dollar sign that is not mathematics.
    .replace(/\$/g, '<span>$</span>')
    // What would begin a list, a rule or a heading at the start of a block.
    .replace(/^(?:[-+=](?=[-=\s]|$)|#)/, entity)
    .replace(/^(\d+)([.)])(?=\s|$)/, (_, digits: string, mark: string) => `${digits}${entity(mark)}`)
  return { markdown: encoded }
}

/** Text as a code span, for names and identifiers: the fence is longer than any run of backticks inside. */
export function code(text: string, limit = MAX_SHOWN): Markdown {
  const line = visible(text, limit)
  if (line === '') return { markdown: '*(empty)*' }
  const longest = Math.max(0, ...(line.match(/`+/g) ?? []).map((run) => run.length))
  const fence = '`'.repeat(longest + 1)
  const pad = line.startsWith('`') || line.endsWith('`') ? ' ' : ''
  return { markdown: `${fence}${pad}${line}${pad}${fence}` }
}

/**
 * The same as a cell of a table, where a pipe ends the cell even in a code span: there `\|` is a pipe, elsewhere the
 * backslash would show. No two parsers agree on a backslash before it.
 */
export function tableCell({ markdown }: Markdown): Markdown {
  return { markdown: markdown.replace(/\\\|/g, '\\\\u007C').replace(/\|/g, '\\|') }
}

/** Figures that we formatted, such as `+7.9 % [+6.1, +9.8]`: unbroken if they are nothing else, else as text. */
export function figures(text: string): Markdown {
  return /^(?:[\d\s.,+−±→–%·/[\]]| of | pp)*$/.test(text) ? unbroken(visible(text)) : plain(text)
}

/** Words of ours that no line break may part. */
export function unbroken(words: string): Markdown {
  return { markdown: words.replace(/ /g, '\u00a0') }
}

/** A link, if the address is plain https; else its text as code. */
export function link(text: string, url: string): Markdown {
  if (!/^https:\/\/[\w.-]+(?::\d+)?\/[\w./?&=%#~+-]*$/.test(url) || url.length > 1000) return code(url)
  return { markdown: `[${plain(text).markdown}](${url})` }
}

export function md(parts: TemplateStringsArray, ...values: (string | number | Markdown)[]): Markdown {
  return {
    markdown: weave(parts, values, (value) =>
      typeof value === 'object' ? value.markdown : plain(`${value}`).markdown,
    ),
  }
}

export function joinMarkdown(pieces: readonly Markdown[], separator: string): Markdown {
  return { markdown: pieces.map((piece) => piece.markdown).join(separator) }
}

export function html(parts: TemplateStringsArray, ...values: (string | number | Html | readonly Html[])[]): Html {
  return {
    html: weave(parts, values, (value) => {
      if (typeof value !== 'object') return escapeHtml(`${value}`)
      return Array.isArray(value) ? value.map((each) => each.html).join('') : (value as Html).html
    }),
  }
}

/** One line for a terminal or a log: no escape sequence, and no workflow command that a runner would obey. */
export function terminalText(text: string): string {
  return visible(text).replace(/::/g, `:${JOINER}:`).replace(/##\[/g, `##${JOINER}[`)
}

function escapeHtml(text: string): string {
  return visible(text, 20_000).replace(/[&<>"'`]/g, entity)
}

function weave<T>(parts: TemplateStringsArray, values: readonly T[], write: (value: T) => string): string {
  return parts.map((part, index) => (index < values.length ? part + write(values[index]!) : part)).join('')
}

function entity(character: string): string {
  return `&#${character.codePointAt(0)};`
}

function codePoint(character: string): string {
  const hex = character.codePointAt(0)!.toString(16).toUpperCase()
  return hex.length <= 4 ? `\\u${hex.padStart(4, '0')}` : `\\u{${hex}}`
}
