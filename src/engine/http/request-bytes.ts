/** Where a request goes, read once from the endpoint's URL. */
export interface RequestTarget {
  secure: boolean
  host: string
  port: number
  /** The `host` header. */
  authority: string
  /** The path of the endpoint, without a trailing slash; usually empty. */
  basePath: string
}

/** Throws RangeError when the address is not plain http or https. */
export function requestTarget(address: string): RequestTarget {
  const url = URL.canParse(address) ? new URL(address) : null
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:'))
    throw new RangeError(`${address} is not an http or https address`)
  const secure = url.protocol === 'https:'
  return {
    secure,
    // The brackets of an IPv6 address belong to the URL, not to the address.
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
    authority: url.host,
    basePath: url.pathname.replace(/\/+$/, ''),
  }
}

/**
 * One whole POST request in one piece, so that it leaves in one write. Built before the clock starts.
 * Throws RangeError for a header that would break out of its line.
 */
export function postRequest(
  target: RequestTarget,
  path: string,
  headers: Readonly<Record<string, string>>,
  body: string,
): Buffer {
  const content = Buffer.from(body, 'utf8')
  const lines = [`POST ${target.basePath}${path} HTTP/1.1`, `host: ${target.authority}`]
  for (const [name, value] of Object.entries(headers)) {
    if (!/^[\w-]+$/.test(name) || /[^\t\x20-\x7e\x80-\xff]/.test(value))
      throw new RangeError(`header ${JSON.stringify(name.slice(0, 80))} cannot be sent`)
    lines.push(`${name.toLowerCase()}: ${value}`)
  }
  lines.push('content-type: application/json', `content-length: ${content.length}`, '', '')
  return Buffer.concat([Buffer.from(lines.join('\r\n'), 'latin1'), content])
}
