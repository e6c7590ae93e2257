import type { Endpoint } from '../../../engine/endpoint.ts'

/** A page that takes longer is of no use: the load goes on meanwhile. */
const PAGE_TIMEOUT_MS = 5000
const MAX_PAGE_BYTES = 16 * 1024 * 1024

/** The bytes of a metrics page; null when there is none to be had, for whatever reason. */
export type ReadPage = (signal: AbortSignal) => Promise<Uint8Array | null>

/** Reads `GET {url}/metrics` (or another address: MindIE serves metrics on its own port). Never rejects. */
export function metricsPage(
  endpoint: Pick<Endpoint, 'url' | 'headers'>,
  address: string = `${endpoint.url}/metrics`,
): ReadPage {
  return async (signal) => {
    try {
      const response = await fetch(address, {
        // The text format, also from servers that speak protobuf or OpenMetrics too.
        headers: { ...endpoint.headers, accept: 'text/plain;version=0.0.4' },
        signal: AbortSignal.any([signal, AbortSignal.timeout(PAGE_TIMEOUT_MS)]),
      })
      if (response.status === 200) return await boundedBytes(response)
      await response.body?.cancel()
      return null
    } catch {
      return null
    }
  }
}

async function boundedBytes(response: Response): Promise<Uint8Array | null> {
  const parts: Uint8Array[] = []
  let bytes = 0
  for await (const part of response.body ?? []) {
    bytes += part.length
    if (bytes > MAX_PAGE_BYTES) return null
    parts.push(part)
  }
  return Buffer.concat(parts)
}
