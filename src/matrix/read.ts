import type { z } from 'zod'
import type { Problem } from '../record/problem.ts'
import { type Runners, runnersSchema } from './runners-schema.ts'
import { type Matrix, matrixSchema } from './schema.ts'
import { schemaProblems } from './schema-problems.ts'
import { readYaml, type YamlSource } from './yaml-source.ts'

/** A document that fits its schema, with the source that still knows where every field stands. */
export interface Located<T> {
  document: T
  source: YamlSource
}

export type FileReading<T> = { state: 'read'; located: Located<T> } | { state: 'invalid'; problems: Problem[] }

/** Text of a matrix file to a matrix. Says everything that is wrong with its form; references are checked after. */
export function readMatrix(text: string, file: string): FileReading<Matrix> {
  return read(matrixSchema, text, file)
}

/** Text of a runners file to its pools. */
export function readRunners(text: string, file: string): FileReading<Runners> {
  return read(runnersSchema, text, file)
}

/** Which of the two a text is meant to be: a runners file has `pools`. */
export function kindOfFile(text: string): 'matrix' | 'runners' {
  return /^["']?pools["']?\s*:/m.test(text) ? 'runners' : 'matrix'
}

function read<T>(schema: z.ZodType<T>, text: string, file: string): FileReading<T> {
  const reading = readYaml(text, file)
  if (reading.state === 'invalid') return reading
  const { source } = reading
  const parsed = schema.safeParse(source.value)
  const problems = parsed.success ? [] : schemaProblems(schema, source, parsed.error.issues)
  if (parsed.success && source.problems.length === 0)
    return { state: 'read', located: { document: parsed.data, source } }
  return { state: 'invalid', problems: [...source.problems, ...problems].sort(byPlace) }
}

export function byPlace(left: Problem, right: Problem): number {
  return (left.line ?? 0) - (right.line ?? 0) || (left.column ?? 0) - (right.column ?? 0)
}
