import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, visit } from 'yaml'
import type { Problem } from '../record/problem.ts'
import { oneLine, quote } from './wording.ts'

/**
 * YAML 1.2 core with positions. Refused here, before any schema sees the value: files over the size cap, duplicate
 * keys, unknown tags, several documents in one file, and aliases that expand beyond measure.
 */

/** A matrix of 256 cells with long command lines stays below 200 KB. */
export const MAX_SOURCE_BYTES = 1024 * 1024
/** `yaml` counts how much an alias expands to; its own default of 100 is what its documentation calls safe. */
const MAX_ALIAS_COUNT = 100

/** Of faults of one kind in one file; more help nobody. */
const MAX_FAULTS = 50

export type FieldPath = readonly (string | number)[]
export interface Position {
  line: number
  column: number
}

export interface YamlSource {
  file: string
  value: unknown
  /** Problems that did not hinder reading, such as a key written twice. */
  problems: Problem[]
  /** Where a field stands; the nearest enclosing one where the field itself is absent. */
  locate(path: FieldPath, of?: 'key' | 'value'): Position
}

export type YamlReading = { state: 'read'; source: YamlSource } | { state: 'invalid'; problems: Problem[] }

export function readYaml(text: string, file: string): YamlReading {
  const bytes = Buffer.byteLength(text)
  if (bytes > MAX_SOURCE_BYTES) {
    const message = `${bytes} bytes, more than the ${MAX_SOURCE_BYTES} that a file may have`
    return { state: 'invalid', problems: [{ file, field: '', message, hint: 'split it into several files' }] }
  }
  const lines = new LineCounter()
  const position = (offset: number): Position => {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(1, line), column: Math.max(1, col) }
  }
  let document: Document
  try {
    // `yaml` compares every key of a map with every other: minutes for a large map. See {@link keysWrittenTwice}.
    const options = { prettyErrors: false, logLevel: 'error', version: '1.2', uniqueKeys: false } as const
    document = parseDocument(text, { ...options, lineCounter: lines })
  } catch (error) {
    // Nesting deep enough to exhaust the stack ends here.
    return {
      state: 'invalid',
      problems: [{ file, field: '', message: `not YAML: ${oneLine((error as Error).message)}` }],
    }
  }
  const faults = [...document.errors, ...document.warnings]
  if (faults.length > 0) {
    const problems = faults.slice(0, MAX_FAULTS).map((fault): Problem => {
      const message = `not YAML: ${oneLine(fault.message)}`
      return { file, ...position(fault.pos[0]), field: '', message }
    })
    return { state: 'invalid', problems }
  }
  const problems = keysWrittenTwice(document).map(({ key, offset }): Problem => {
    const message = `the key ${quote(key)} is written twice`
    return { file, ...position(offset), field: '', message, hint: 'keep one of them' }
  })
  try {
    const value: unknown = document.toJS({ maxAliasCount: MAX_ALIAS_COUNT })
    const locate: YamlSource['locate'] = (path, of = 'value') => position(offsetOf(document, path, of))
    return { state: 'read', source: { file, value, problems, locate } }
  } catch (error) {
    const message = `an alias cannot be expanded: ${oneLine((error as Error).message)}`
    return {
      state: 'invalid',
      problems: [...problems, { file, ...position(firstAlias(document)), field: '', message }],
    }
  }
}

function keysWrittenTwice(document: Document): { key: string; offset: number }[] {
  const found: { key: string; offset: number }[] = []
  visit(document, {
    Map(_, map) {
      const seen = new Set<string>()
      for (const { key } of map.items) {
        if (!isScalar(key)) continue
        const text = String(key.value)
        if (seen.has(text) && found.length < MAX_FAULTS) found.push({ key: text, offset: startOf(key) ?? 0 })
        seen.add(text)
      }
    },
  })
  return found
}

function firstAlias(document: Document): number {
  let offset = 0
  visit(document, {
    Alias(_, node) {
      offset = node.range?.[0] ?? 0
      return visit.BREAK
    },
  })
  return offset
}

function offsetOf(document: Document, path: FieldPath, of: 'key' | 'value'): number {
  let node: unknown = document.contents
  let offset = startOf(node) ?? 0
  for (const [depth, segment] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document)
    let next: unknown
    if (isMap(node)) {
      // Of a key written twice the last one is the value.
      const pair = node.items.findLast((item) => isScalar(item.key) && String(item.key.value) === String(segment))
      if (pair === undefined) return offset
      const key = startOf(pair.key)
      next = pair.value
      offset = (of === 'key' && depth === path.length - 1 ? key : (startOf(next) ?? key)) ?? offset
    } else if (isSeq(node)) {
      next = node.items[Number(segment)]
      offset = startOf(next) ?? offset
    } else return offset
    node = next
  }
  return offset
}

function startOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0]
}
