import { badRequest } from './errors.ts'

/**
 * Reads typed fields out of a request body. `null` is the same as absent, unknown fields are ignored, both as vLLM does
 * it. Everything throws {@link ApiError} 400.
 */
export class Fields {
  readonly #values: Record<string, unknown>
  readonly #path: string

  constructor(value: unknown, path = '') {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw badRequest(`${path === '' ? 'the body' : path} must be an object`, path || null)
    this.#values = value as Record<string, unknown>
    this.#path = path
  }

  raw(name: string): unknown {
    return this.#values[name] ?? undefined
  }

  number(name: string, range: { min?: number; above?: number; max?: number }): number | undefined {
    const value = this.raw(name)
    if (value === undefined) return undefined
    if (typeof value !== 'number' || !Number.isFinite(value)) throw this.wrong(name, 'must be a number')
    if (range.min !== undefined && value < range.min) throw this.wrong(name, `must be at least ${range.min}`)
    if (range.above !== undefined && value <= range.above) throw this.wrong(name, `must be above ${range.above}`)
    if (range.max !== undefined && value > range.max) throw this.wrong(name, `must be at most ${range.max}`)
    return value
  }

  integer(name: string, range: { min?: number; max?: number }): number | undefined {
    const value = this.number(name, range)
    if (value !== undefined && !Number.isInteger(value)) throw this.wrong(name, 'must be an integer')
    return value
  }

  boolean(name: string): boolean | undefined {
    const value = this.raw(name)
    if (value !== undefined && typeof value !== 'boolean') throw this.wrong(name, 'must be true or false')
    return value
  }

  string(name: string): string | undefined {
    const value = this.raw(name)
    if (value !== undefined && typeof value !== 'string') throw this.wrong(name, 'must be a string')
    return value
  }

  list(name: string): unknown[] | undefined {
    const value = this.raw(name)
    if (value !== undefined && !Array.isArray(value)) throw this.wrong(name, 'must be a list')
    return value as unknown[] | undefined
  }

  object(name: string): Fields | undefined {
    const value = this.raw(name)
    return value === undefined ? undefined : new Fields(value, this.pathOf(name))
  }

  pathOf(name: string): string {
    return this.#path === '' ? name : `${this.#path}.${name}`
  }

  wrong(name: string, rule: string): Error {
    return badRequest(`${this.pathOf(name)} ${rule}`, this.pathOf(name))
  }
}
