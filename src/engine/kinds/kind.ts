import type { Endpoint } from '../endpoint.ts'

/**
 * What Crosschip must know about one kind of inference server beyond the OpenAI interface. Adding a kind is one file
 * here, one line in `registry.ts` and one line of defaults in `matrix/engine-kinds.ts`.
 */
export interface EngineKind {
  name: string
  /** What the running server says it is, or null where it has no way to say or `signal` came first. Never throws. */
  version(endpoint: Endpoint, signal: AbortSignal): Promise<string | null>
}

const VERSION_TIMEOUT_MS = 5_000

/** Reads one string out of a JSON document of the server; null for anything unexpected. */
export async function versionFrom(
  endpoint: Endpoint,
  signal: AbortSignal,
  path: string,
  pick: (document: Record<string, unknown>) => unknown,
): Promise<string | null> {
  try {
    const response = await fetch(`${endpoint.url}${path}`, {
      headers: endpoint.headers,
      signal: AbortSignal.any([signal, AbortSignal.timeout(VERSION_TIMEOUT_MS)]),
    })
    const version = response.ok ? pick((await response.json()) as Record<string, unknown>) : null
    return typeof version === 'string' && version !== '' ? version.slice(0, 256) : null
  } catch {
    return null
  }
}
