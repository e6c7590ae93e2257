import type { z } from 'zod'
import type { Problem } from '../record/problem.ts'
import { findingsBesidesForm } from './check.ts'
import { type Finding, notYetSaid, problemsOf } from './findings.ts'
import { withLikelyKinds } from './likely-kind.ts'
import type { OutsideNames } from './references.ts'
import { type Runners, runnersSchema } from './runners-schema.ts'
import { type Matrix, matrixSchema } from './schema.ts'
import { schemaFindings, withoutConsequences } from './schema-problems.ts'
import { readYaml, type YamlSource } from './yaml-source.ts'

/** A document that fits its schema, with the source that still knows where every field stands. */
export interface Located<T> {
  document: T
  source: YamlSource
}

export type FileReading<T> =
  | { state: 'read'; located: Located<T> }
  /** `value` is what stands there all the same; undefined where the text is not YAML. */
  | { state: 'invalid'; problems: Problem[]; value?: unknown }

/** Nothing is known of what other files define. */
const NOTHING_OUTSIDE: OutsideNames = { pools: null, faults: null }

/**
 * Text of a matrix file to a matrix. Where its form is wrong, says that and everything that is wrong with the names and
 * the cells of the rest; where it is right, `matrixProblems` of check.ts says the latter.
 */
export function readMatrix(text: string, file: string, outside = NOTHING_OUTSIDE): FileReading<Matrix> {
  return read(matrixSchema, text, file, (value, findings) => {
    const likely = withLikelyKinds(value)
    const further = likely === value ? [] : schemaFindings(matrixSchema, likely)
    const form = [...findings, ...notYetSaid(further, findings)]
    return [...form, ...findingsBesidesForm(value, form, outside)]
  })
}

/** Text of a runners file to its pools. */
export function readRunners(text: string, file: string): FileReading<Runners> {
  return read(runnersSchema, text, file, (_, findings) => [...findings])
}

/** Which of the two a text is meant to be: a runners file has `pools`, and nothing of a matrix. */
export function kindOfFile(text: string): 'matrix' | 'runners' {
  const has = (keys: string) => new RegExp(`^["']?(?:${keys})["']?\\s*:`, 'm').test(text)
  return has('pools') && !has('targets|models|engines|matrix') ? 'runners' : 'matrix'
}

function read<T>(
  schema: z.ZodType<T>,
  text: string,
  file: string,
  everything: (value: unknown, form: readonly Finding[]) => Finding[],
): FileReading<T> {
  const reading = readYaml(text, file)
  if (reading.state === 'invalid') return reading
  const { source } = reading
  const parsed = schema.safeParse(source.value)
  if (parsed.success && source.problems.length === 0)
    return { state: 'read', located: { document: parsed.data, source } }
  const findings = everything(source.value, schemaFindings(schema, source.value))
  return { state: 'invalid', problems: problemsOf(source, withoutConsequences(findings)), value: source.value }
}
