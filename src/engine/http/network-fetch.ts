import * as tls from 'node:tls'
import type { Dispatcher } from 'undici'
import type { NetworkSettings } from './connection.ts'
import { proxyTarget } from './route.ts'
import { trustedAuthorities } from './transport.ts'

/** By the settings object: reading the authorities anew for each question would take longer than the question. */
const dispatchers = new WeakMap<NetworkSettings, Promise<Dispatcher>>()

/**
 * `fetch` for questions that nobody times, by the same proxy and trusting the same authorities as the timed path. The
 * promise rejects with RangeError for settings that are none.
 */
export async function networkFetch(network: NetworkSettings | undefined): Promise<typeof fetch> {
  if (!network || (network.proxy === null && network.certificateAuthority === null)) return fetch
  const made = dispatchers.get(network) ?? makeDispatcher(network)
  dispatchers.set(network, made)
  const [undici, dispatcher] = await Promise.all([import('undici'), made])
  // The types of undici and of Node name the same classes twice.
  return ((input: string, init: object) => undici.fetch(input, { ...init, dispatcher })) as unknown as typeof fetch
}

async function makeDispatcher(network: NetworkSettings): Promise<Dispatcher> {
  const { Agent, ProxyAgent } = await import('undici')
  const ca = trustedAuthorities(network)
  const secureContext = tls.createSecureContext(ca ? { ca } : {})
  if (network.proxy === null) return new Agent({ connect: { secureContext } })
  const { authority, authorization } = proxyTarget(network.proxy)
  return new ProxyAgent({
    uri: `http://${authority}`,
    ...(authorization ? { token: authorization } : {}),
    proxyTunnel: false,
    requestTls: { secureContext },
  })
}
