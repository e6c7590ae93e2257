import type { z } from 'zod'
import { ConfigurationError, type Problem } from './problem.ts'

/**
 * Reading one of our own JSON documents back. Every document that crosses a process, a job or a trust zone comes
 * through here: size first, then JSON, then the strict schema. Nothing is guessed.
 */

/** A result with every raw item stays well below this; larger is refused before it is parsed. */
export const MAX_DOCUMENT_BYTES = 32 * 1024 * 1024

export type DocumentReading<T> = { state: 'read'; document: T } | { state: 'invalid'; problems: Problem[] }

/** Parses and validates one document. Never throws for bad content. */
export function readDocument<T>(schema: z.ZodType<T>, text: string, file: string): DocumentReading<T> {
  if (Buffer.byteLength(text) > MAX_DOCUMENT_BYTES) return invalid(file, '', `larger than ${MAX_DOCUMENT_BYTES} bytes`)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return invalid(file, '', `not JSON: ${(error as Error).message}`, 'the file was truncated or is not ours')
  }
  const parsed = schema.safeParse(value)
  if (parsed.success) return { state: 'read', document: parsed.data }
  const problems = parsed.error.issues.slice(0, 20).map((issue) => ({
    file,
    field: issue.path.join('.'),
    message: issue.message,
  }))
  return { state: 'invalid', problems }
}

/** As {@link readDocument}, for a document that the user named: throws {@link ConfigurationError}. */
export function requireDocument<T>(schema: z.ZodType<T>, text: string, file: string): T {
  const reading = readDocument(schema, text, file)
  if (reading.state === 'read') return reading.document
  throw new ConfigurationError(reading.problems)
}

/** The stable text form of a document: two spaces, a final newline, keys as they were built. */
export function formatDocument(document: unknown): string {
  return `${JSON.stringify(document, null, 2)}\n`
}

function invalid(file: string, field: string, message: string, hint?: string): DocumentReading<never> {
  return { state: 'invalid', problems: [{ file, field, message, hint }] }
}
