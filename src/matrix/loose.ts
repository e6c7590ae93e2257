import type { FieldPath } from './yaml-source.ts'

/** Looking into a document whose form may be wrong: what is not there, or not of the kind asked for, is simply empty. */

export function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function mapEntries(value: unknown): [key: string, value: unknown][] {
  return isMap(value) ? Object.entries(value) : []
}

export function listEntries(value: unknown): [index: number, value: unknown][] {
  return Array.isArray(value) ? [...value.entries()] : []
}

/** Own fields only: no map has a `constructor` by nature. */
export function part(value: unknown, ...path: FieldPath): unknown {
  return path.reduce<unknown>(
    (current, key) =>
      typeof current === 'object' && current !== null && Object.hasOwn(current, key)
        ? (current as Record<string | number, unknown>)[key]
        : undefined,
    value,
  )
}
