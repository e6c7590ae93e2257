/** Reading JSON that a server made: nothing is assumed about its shape, and nothing throws. */

/** The value at a path, undefined when any step is missing. */
export function at(value: unknown, ...path: (string | number)[]): unknown {
  let current = value
  for (const step of path) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, step)) return undefined
    current = (current as Record<string | number, unknown>)[step]
  }
  return current
}

export function stringAt(value: unknown, ...path: (string | number)[]): string | null {
  const found = at(value, ...path)
  return typeof found === 'string' ? found : null
}

/** A finite number, or null. */
export function numberAt(value: unknown, ...path: (string | number)[]): number | null {
  const found = at(value, ...path)
  return typeof found === 'number' && Number.isFinite(found) ? found : null
}

export function arrayAt(value: unknown, ...path: (string | number)[]): unknown[] | null {
  const found = at(value, ...path)
  return Array.isArray(found) ? found : null
}

/** A list of non-negative integers, or null. */
export function idsAt(value: unknown, ...path: (string | number)[]): number[] | null {
  const found = arrayAt(value, ...path)
  if (!found || found.length === 0) return null
  return found.every((id) => Number.isSafeInteger(id) && (id as number) >= 0) ? (found as number[]) : null
}

/** The parsed text, or undefined when it is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
