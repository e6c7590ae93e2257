import type { ExchangeResult, ExchangeSink } from './exchange.ts'

/** One request, built before the clock starts. */
export interface PreparedRequest {
  id: string
  /** Absolute path on the server, base path of the endpoint included. */
  path: string
  /** Without host, content-length and content-type. */
  headers: Readonly<Record<string, string>>
  body: Uint8Array
  /** The whole HTTP/1.1 message, for the plain tier: one write. `body` is a part of it. */
  bytes: Buffer
}

/**
 * One connection of the timed path: one request at a time, no retry, no redirect, no decoding. Each read is stamped
 * before a byte of it is parsed.
 */
export interface HttpConnection {
  /** Connected, and the server has not closed it. */
  readonly usable: boolean
  /** Resolves with null once connected (and through TLS and the proxy), else with the reason in words. */
  connect(timeoutMs: number): Promise<string | null>
  /**
   * Sends one prepared request and hands the response to the sink. Always resolves. The connection must be usable and
   * idle; afterwards it may not be usable any more, as the server wishes.
   */
  exchange(request: PreparedRequest, sink: ExchangeSink, timeoutMs: number): Promise<ExchangeResult>
  /** Ends a request that is under way as `aborted`, and the connection, also one that is being made. Idempotent. */
  abort(): void
}

const NO_CONNECTION_WITHIN = 'no connection within'

/** The reason of {@link HttpConnection.connect} when its limit ran out. */
export function noConnectionWithin(timeoutMs: number): string {
  return `${NO_CONNECTION_WITHIN} ${Math.round(timeoutMs)} ms`
}

/** Whether that was the reason: a server slow to accept is a `timeout`, not one that refuses. */
export function ranOutOfTime(reason: string): boolean {
  return reason.startsWith(NO_CONNECTION_WITHIN)
}

/** Makes connections to one server. */
export interface Transport {
  /** For a person and the result: `plain socket`, `undici (TLS)`, `undici (proxy)`. */
  readonly name: string
  /** A new connection, not yet connected. With `reuse` false it is given up after each answer. */
  open(reuse: boolean): HttpConnection
}

/** How to reach a server that is not simply there. */
export interface NetworkSettings {
  /** `http://host:port` of an HTTP proxy; null for none. The environment's proxy variables are not read. */
  proxy: string | null
  /** PEM text of a private certificate authority that is trusted besides the public ones. */
  certificateAuthority: string | null
}
