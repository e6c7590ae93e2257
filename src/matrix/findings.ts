import type { Problem } from '../record/problem.ts'
import type { FieldPath, YamlSource } from './yaml-source.ts'

/** Something wrong with a field, before anybody has looked where the field stands. */
export interface Finding {
  path: FieldPath
  message: string
  /** A function where the hint costs work, such as a search for the nearest name. */
  hint?: string | undefined | (() => string | undefined)
  /** What to point at; the value unless said otherwise. */
  of?: 'key' | 'value'
  /** Of an unknown key: the field that it was likely meant to be. */
  meant?: FieldPath | undefined
}

/** More than this in one file helps nobody; hostile input could have hundreds of thousands. */
const MAX_PROBLEMS_PER_FILE = 200

/** Findings to problems, with those that the reader of the file already had, in the order of the file. */
export function problemsOf(source: YamlSource, findings: readonly Finding[]): Problem[] {
  const shown = findings.slice(0, MAX_PROBLEMS_PER_FILE)
  const located = shown.map(
    ({ path, message, hint, of = 'value' }): Problem => ({
      file: source.file,
      ...source.locate(path, of),
      field: fieldName(path),
      message,
      hint: typeof hint === 'function' ? hint() : hint,
    }),
  )
  const problems = [...source.problems, ...located].sort(byPlace)
  const hidden = findings.length - shown.length
  if (hidden === 0) return problems
  const message = `${hidden} more ${hidden === 1 ? 'problem' : 'problems'} in this file`
  return [...problems, { file: source.file, field: '', message, hint: 'mend those above first' }]
}

function byPlace(left: Problem, right: Problem): number {
  return (left.line ?? 0) - (right.line ?? 0) || (left.column ?? 0) - (right.column ?? 0)
}

/** Findings about fields that none of `earlier` speaks of already. */
export function notYetSaid(findings: readonly Finding[], earlier: readonly Finding[]): Finding[] {
  const said = new Set(earlier.map(({ path }) => fieldName(path)))
  return findings.filter(({ path }) => !said.has(fieldName(path)))
}

/** `targets.h200.devices`, `matrix.exclude[0].model`, `models["two words"]`. */
export function fieldName(path: FieldPath): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`
    if (!/^[\w./-]+$/.test(part)) return `${text}[${JSON.stringify(part.slice(0, 80))}]`
    return text === '' ? part : `${text}.${part}`
  }, '')
}
