import { isIP, type Socket } from 'node:net'
import type { SecureContext } from 'node:tls'
import type { RequestTarget } from './request-bytes.ts'
import { describeSocketError } from './socket-error.ts'

/** How a connection of undici's tier comes to the server: straight, through a tunnel, or by way of a proxy. */

export type Undici = typeof import('undici')

export interface Route {
  /** Whom the other end of the socket is: the server, or a proxy that is asked in absolute form (RFC 9112 §3.2.2). */
  origin: string
  /** What stands before the path in the request line; empty but in absolute form. */
  pathPrefix: string
  /** Sent with each request besides its own. */
  headers: Readonly<Record<string, string>>
  dial(): Dialling
}

export interface Dialling {
  /** Connected, and through proxy and TLS. Rejects with an error whose message stands for itself. */
  socket: Promise<Socket>
  /** Ends what is open; `socket` may then never settle. */
  cancel(): void
}

/** An HTTP proxy with what its URL says of a user. */
export interface ProxyTarget {
  host: string
  port: number
  /** `host:port`, without the user. */
  authority: string
  authorization: string | null
}

/** Throws RangeError for an address that is not `http://[user:password@]host[:port]`. */
export function proxyTarget(address: string): ProxyTarget {
  const url = URL.canParse(address) ? new URL(address) : null
  // The address is not repeated: it may hold a password.
  if (url?.protocol !== 'http:' || url.pathname !== '/' || url.search !== '' || url.hash !== '')
    throw new RangeError('the proxy must be given as http://host:port')
  const user = `${decoded(url.username)}:${decoded(url.password)}`
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? 80 : Number(url.port),
    authority: url.host,
    authorization: user === ':' ? null : `Basic ${Buffer.from(user).toString('base64')}`,
  }
}

/** A percent sign that begins no escape stands for itself, as URLs have it. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Straight to the server, which speaks TLS. */
export function secureRoute(undici: Undici, target: RequestTarget, secureContext: SecureContext): Route {
  const connector = undici.buildConnector({ secureContext, ...CONNECTOR_SETTINGS })
  return {
    origin: `https://${target.authority}`,
    pathPrefix: '',
    headers: {},
    dial: () => startConnector(connector, { ...addressOf(target), protocol: 'https:' }),
  }
}

/** To an http server by asking a proxy in absolute form, which proxies allow for any port; tunnels often only for 443. */
export function absoluteFormRoute(undici: Undici, target: RequestTarget, proxy: ProxyTarget): Route {
  const connector = undici.buildConnector({ ...CONNECTOR_SETTINGS })
  return {
    origin: `http://${proxy.authority}`,
    pathPrefix: `http://${target.authority}`,
    headers: { host: target.authority, ...authorizationOf(proxy) },
    dial: () => {
      const { socket, cancel } = startConnector(connector, { ...addressOf(proxy), protocol: 'http:' })
      return { socket: socket.catch((error) => Promise.reject(proxyError(proxy, error))), cancel }
    },
  }
}

/** To an https server through a tunnel that a proxy makes (RFC 9110 §9.3.6). */
export function tunnelRoute(
  undici: Undici,
  target: RequestTarget,
  proxy: ProxyTarget,
  secureContext: SecureContext,
): Route {
  const connector = undici.buildConnector({ secureContext, ...CONNECTOR_SETTINGS })
  const host = isIP(target.host) === 6 ? `[${target.host}]` : target.host
  const path = `${host}:${target.port}`
  const dial = (): Dialling => {
    const client = new undici.Client(`http://${proxy.authority}`, {
      connect: { ...CONNECTOR_SETTINGS },
      headersTimeout: 0,
      bodyTimeout: 0,
    })
    const open: (() => void)[] = [() => void client.destroy()]
    const connect = async () => {
      const { statusCode, socket } = await client
        .connect({ path, headers: { host: path, ...authorizationOf(proxy) } })
        .catch((error) => Promise.reject(proxyError(proxy, error)))
      open.push(() => socket.destroy())
      if (statusCode < 200 || statusCode > 299) {
        socket.on('error', () => {}).destroy()
        throw new Error(`proxy ${proxy.authority}: HTTP ${statusCode} to CONNECT ${path}`)
      }
      const secure = startConnector(connector, {
        ...addressOf(target),
        protocol: 'https:',
        httpSocket: socket as Socket,
      })
      open.push(secure.cancel)
      return secure.socket
    }
    return {
      socket: connect(),
      cancel: () => {
        for (const close of open) close()
      },
    }
  }
  return { origin: `https://${target.authority}`, pathPrefix: '', headers: {}, dial }
}

/** The limit of time is the connection's own; every handshake is a whole one, so that all cost the same. */
const CONNECTOR_SETTINGS = { timeout: 0, maxCachedSessions: 0, allowH2: false } as const

type ConnectorOptions = Parameters<ReturnType<Undici['buildConnector']>>[0]

function startConnector(connector: ReturnType<Undici['buildConnector']>, options: ConnectorOptions): Dialling {
  let open: unknown
  const socket = new Promise<Socket>((resolve, reject) => {
    // It returns the socket that it opens, which its type does not say.
    open = connector(options, (error, connected) => {
      if (error) reject(error)
      else resolve(connected as Socket)
    })
  })
  return { socket, cancel: () => void (open as Socket | undefined)?.destroy() }
}

function addressOf({ host, port, authority }: Pick<RequestTarget, 'host' | 'port' | 'authority'>) {
  return { hostname: host, host: authority, port: String(port) }
}

function authorizationOf({ authorization }: ProxyTarget): Record<string, string> {
  return authorization === null ? {} : { 'proxy-authorization': authorization }
}

function proxyError(proxy: ProxyTarget, error: unknown): Error {
  return new Error(`proxy ${proxy.authority}: ${describeSocketError(error as Error)}`)
}
