import { X509Certificate } from 'node:crypto'
import * as tls from 'node:tls'
import type { Clock } from '../../ports.ts'
import type { NetworkSettings, Transport } from './connection.ts'
import { DispatchConnection } from './dispatch-connection.ts'
import { requestTarget } from './request-bytes.ts'
import { absoluteFormRoute, proxyTarget, type Route, secureRoute, tunnelRoute } from './route.ts'
import { TimedConnection } from './timed-connection.ts'

/**
 * The way to one server: a bare socket for plain http, undici where there is TLS or a proxy on the way, which is loaded
 * only then. Throws RangeError for an address, a proxy or a certificate that is none.
 */
export async function createTransport(url: string, network: NetworkSettings | null, clock: Clock): Promise<Transport> {
  const target = requestTarget(url)
  const proxy = network?.proxy ? proxyTarget(network.proxy) : null
  const authorities = trustedAuthorities(network)
  if (!target.secure && proxy === null)
    return { name: 'plain socket', open: (reuse) => new TimedConnection(target, clock, reuse) }
  const undici = await import('undici')
  // Made once: to read some 150 authorities takes longer than a handshake.
  const secureContext = () => tls.createSecureContext(authorities ? { ca: authorities } : {})
  let name: string
  let route: Route
  if (proxy === null) {
    name = 'undici (TLS)'
    route = secureRoute(undici, target, secureContext())
  } else if (target.secure) {
    name = 'undici (TLS through proxy)'
    route = tunnelRoute(undici, target, proxy, secureContext())
  } else {
    name = 'undici (proxy)'
    route = absoluteFormRoute(undici, target, proxy)
  }
  return { name, open: (reuse) => new DispatchConnection(undici, route, clock, reuse) }
}

/** The public authorities and the private one, as PEM; null for what Node trusts anyway. */
export function trustedAuthorities(network: NetworkSettings | null | undefined): string[] | null {
  const pem = network?.certificateAuthority ?? null
  if (pem === null) return null
  try {
    // Node leaves out what it cannot read without a word, and then trusts one authority fewer than was asked for.
    new X509Certificate(pem)
  } catch {
    throw new RangeError('the certificate authority is not a certificate in PEM form')
  }
  return [...(tls.getCACertificates?.('default') ?? tls.rootCertificates), pem]
}
