import { ENGINE_KINDS, type EngineKindName } from './engine-kinds.ts'
import type { Finding } from './findings.ts'
import { likelyKind } from './likely-kind.ts'
import { listEntries, mapEntries, part } from './loose.ts'
import { nameHint } from './nearest.ts'
import { PLACEHOLDERS, unknownPlaceholders } from './template.ts'
import { quote } from './wording.ts'
import type { FieldPath } from './yaml-source.ts'

/** Unknown {placeholders} of a list of arguments or a map of variables. */
export function placeholderFindings(values: unknown, path: FieldPath, known: readonly string[] = PLACEHOLDERS) {
  return [...listEntries(values), ...mapEntries(values)].flatMap(([key, value]) =>
    textFindings(value, [...path, key], known),
  )
}

function textFindings(value: unknown, path: FieldPath, known: readonly string[]): Finding[] {
  if (typeof value !== 'string') return []
  return unknownPlaceholders(value, known).map((name) => ({
    path,
    message: `unknown placeholder {${name.length > 60 ? `${name.slice(0, 57)}...` : name}}`,
    hint: () => nameHint(name, known),
  }))
}

/** The served model is settled before any other placeholder is known. */
const SERVED_MODEL_PLACEHOLDERS = ['checkpoint']

/** What one engine says of placeholders and faults, in the fields that its kind has; of all where the kind is unknown. */
export function engineFindings(engine: unknown, path: FieldPath, faults: readonly string[] | null): Finding[] {
  const kind = likelyKind(engine)
  const mode = kind === null ? null : ENGINE_KINDS[kind satisfies EngineKindName].mode
  const cases = listEntries(part(engine, 'cases'))
  const launch = mode === null || mode === 'launch'
  const simulated = mode === null || mode === 'simulated'
  return [
    ...textFindings(part(engine, 'served-model'), [...path, 'served-model'], SERVED_MODEL_PLACEHOLDERS),
    ...(launch ? ['serve', 'env'] : []).flatMap((field) => placeholderFindings(part(engine, field), [...path, field])),
    ...(launch ? ['args', 'env'] : []).flatMap((field) =>
      cases.flatMap(([index, entry]) => placeholderFindings(part(entry, field), [...path, 'cases', index, field])),
    ),
    ...(simulated ? faultFindings(part(engine, 'faults'), [...path, 'faults'], faults) : []),
    ...(simulated ? cases : []).flatMap(([index, entry]) =>
      faultFindings(part(entry, 'faults'), [...path, 'cases', index, 'faults'], faults),
    ),
  ]
}

function faultFindings(list: unknown, path: FieldPath, known: readonly string[] | null): Finding[] {
  if (known === null) return []
  return listEntries(list).flatMap(([index, fault]) => {
    if (typeof fault !== 'string') return []
    const name = fault.split('@')[0]!
    if (known.includes(name)) return []
    return [{ path: [...path, index], message: `no fault ${quote(name)}`, hint: () => nameHint(name, known) }]
  })
}
