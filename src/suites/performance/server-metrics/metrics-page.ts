import type { Endpoint } from '../../../engine/endpoint.ts'
import { networkFetch } from '../../../engine/http/network-fetch.ts'

/** llama.cpp answers between two batches, and on a busy machine a batch takes seconds. */
const PAGE_TIMEOUT_MS = 15_000
const MAX_PAGE_BYTES = 16 * 1024 * 1024

/** The bytes of a metrics page; null when there is none to be had, for whatever reason. */
export type ReadPage = (signal: AbortSignal) => Promise<Uint8Array | null>

/** Reads `GET {url}/metrics` (or another address: MindIE serves metrics on its own port). Never rejects. */
export function metricsPage(
  endpoint: Pick<Endpoint, 'url' | 'headers' | 'network'>,
  address: string = `${endpoint.url}/metrics`,
): ReadPage {
  return async (signal) => {
    try {
      // A key is for its server alone.
      const own = new URL(address).origin === new URL(endpoint.url).origin
      const fetch = await networkFetch(endpoint.network)
      const response = await fetch(address, {
        // The text format, also from servers that speak protobuf or OpenMetrics too.
        headers: { ...(own ? endpoint.headers : {}), accept: 'text/plain;version=0.0.4' },
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
