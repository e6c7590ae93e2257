import { performance } from 'node:perf_hooks'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { NetworkSettings } from '../../../../src/engine/http/connection.ts'
import { networkFetch } from '../../../../src/engine/http/network-fetch.ts'
import { createTransport } from '../../../../src/engine/http/transport.ts'
import { proxyServer } from './proxy-server.ts'
import { freePort, type Script, scriptedServer } from './scripted-server.ts'
import { AUTHORITY, credentials, TIERS } from './tiers.ts'

const clock = { date: () => '', monotonicMs: () => performance.now() }

const answerTwo: Script = (socket) => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}')
const trusting = { proxy: null, certificateAuthority: AUTHORITY }

/** Null once connected, else why not. */
async function connect(url: string, network: NetworkSettings | null, timeoutMs = 5000): Promise<string | null> {
  const connection = (await createTransport(url, network, clock)).open(true)
  const reason = await connection.connect(timeoutMs)
  expect(connection.usable).toBe(reason === null)
  connection.abort()
  return reason
}

describe('a certificate', () => {
  it('of a private authority is taken when that is given, by address and by name', async (context) => {
    const { url, port } = await scriptedServer(context, () => {}, { credentials: credentials('server') })
    expect(await connect(url, trusting)).toBeNull()
    expect(await connect(`https://localhost:${port}`, trusting)).toBeNull()
  })

  it('of a private authority is refused otherwise, saying what to give', async (context) => {
    const { url } = await scriptedServer(context, () => {}, { credentials: credentials('server') })
    expect(await connect(url, null)).toMatch(/UNABLE_TO_VERIFY_LEAF_SIGNATURE.*--ca/)
  })

  it.each([
    ['that has expired', 'expired', /CERT_HAS_EXPIRED/],
    ['of another host', 'elsewhere', /ERR_TLS_CERT_ALTNAME_INVALID.*127\.0\.0\.1/],
  ] as const)('%s is refused by name, also from an authority that is trusted', async (_, name, reason) => {
    const { url } = await scriptedServer({ onTestFinished }, () => {}, { credentials: credentials(name) })
    const proxy = (await proxyServer({ onTestFinished })).url
    for (const network of [trusting, { ...trusting, proxy }]) {
      expect(await connect(url, network)).toMatch(reason)
      expect(await connect(url, network)).not.toMatch(/--ca/)
    }
  })

  it('is not found where the server speaks no TLS', async (context) => {
    const { port } = await scriptedServer(context, (socket) => void socket.end('HTTP/1.1 400 Bad\r\n\r\n'))
    expect(await connect(`https://127.0.0.1:${port}`, trusting, 500)).not.toBeNull()
  })
})

describe('a proxy', () => {
  it('makes a tunnel to an https server and is told the user', async (context) => {
    const { url, port } = await scriptedServer(context, () => {}, { credentials: credentials('server') })
    const proxy = await proxyServer(context)
    const withUser = proxy.url.replace('http://', 'http://us%40er:pass@')
    expect(await connect(url, { ...trusting, proxy: withUser })).toBeNull()
    const authorization = `proxy-authorization: Basic ${Buffer.from('us@er:pass').toString('base64')}`
    expect(proxy.heads).toEqual([expect.stringContaining(`CONNECT 127.0.0.1:${port} HTTP/1.1\r\n`)])
    expect(proxy.heads[0]).toContain(authorization)
  })

  it.each(['407 Proxy Authentication Required', '502 Bad Gateway'])(
    'that refuses a tunnel with %s is named',
    async (status) => {
      const proxy = await proxyServer({ onTestFinished }, `HTTP/1.1 ${status}\r\nContent-Length: 0\r\n\r\n`)
      const reason = await connect('https://127.0.0.1:1', { ...trusting, proxy: proxy.url })
      expect(reason).toBe(`proxy 127.0.0.1:${proxy.port}: HTTP ${status.slice(0, 3)} to CONNECT 127.0.0.1:1`)
      expect(proxy.heads).toHaveLength(1)
    },
  )

  it.each(['http', 'https'])(
    'that is down is named on the way to an %s server, without its password',
    async (scheme) => {
      const port = await freePort()
      const proxy = `http://user:secret@127.0.0.1:${port}`
      const reason = await connect(`${scheme}://127.0.0.1:1`, { ...trusting, proxy })
      expect(reason).toMatch(new RegExp(`^proxy 127\\.0\\.0\\.1:${port}: .*ECONNREFUSED`))
      expect(reason).not.toContain('secret')
    },
  )

  it('that never answers runs into the limit', async (context) => {
    const silent = await scriptedServer(context, () => {})
    expect(await connect('https://127.0.0.1:1', { ...trusting, proxy: silent.url }, 100)).toBe(
      'no connection within 100 ms',
    )
  })

  it('must be an http address of a host alone, and is not repeated with its password', async () => {
    for (const proxy of ['socks5://u:secret@127.0.0.1:1', 'https://u:secret@x', 'u:secret@x', 'http://x/path']) {
      const made = createTransport('https://127.0.0.1', { ...trusting, proxy }, clock)
      await expect(made).rejects.toThrow(RangeError)
      await expect(made).rejects.not.toThrow(/secret/)
    }
  })
})

describe('an address', () => {
  it('of IPv6 is reached on every tier', async (context) => {
    let plain: Awaited<ReturnType<typeof scriptedServer>>
    try {
      plain = await scriptedServer(context, answerTwo, { host: '::1' })
    } catch {
      return context.skip('this machine has no IPv6 loopback')
    }
    const secure = await scriptedServer(context, answerTwo, { host: '::1', credentials: credentials('server') })
    const proxy = (await proxyServer(context)).url
    for (const network of [null, { proxy, certificateAuthority: null }]) {
      expect(await connect(plain.url, network)).toBeNull()
      expect(await (await fetchBy(plain.url, network)).text()).toBe('{}')
    }
    for (const network of [trusting, { ...trusting, proxy }]) {
      expect(await connect(secure.url, network)).toBeNull()
      expect(await (await fetchBy(secure.url, network)).text()).toBe('{}')
    }
  })

  it('where nobody listens, or that is no name, says why', async () => {
    for (const scheme of ['http', 'https'])
      expect(await connect(`${scheme}://127.0.0.1:${await freePort()}`, null)).toMatch(/ECONNREFUSED/)
    expect(await connect('http://name.invalid', null)).toMatch(/ENOTFOUND|EAI_AGAIN|no connection within/)
  })

  it('with two of which one is served is reached', async (context) => {
    // The name has two addresses where IPv6 is on; the server has one.
    const { port } = await scriptedServer(context, () => {})
    expect(await connect(`http://localhost:${port}`, null)).toBeNull()
  })

  it('that is not http or https is refused', async () => {
    await expect(createTransport('ftp://127.0.0.1', null, clock)).rejects.toThrow(/not an http or https address/)
  })
})

describe('a certificate authority', () => {
  it('that is no certificate is refused, where it would matter and where not', async () => {
    for (const url of ['https://127.0.0.1', 'http://127.0.0.1'])
      await expect(createTransport(url, { proxy: null, certificateAuthority: 'no PEM' }, clock)).rejects.toThrow(
        /not a certificate in PEM form/,
      )
  })
})

describe.each(TIERS)('untimed fetch by way of $name', ({ serve }) => {
  it('reaches the server', async (context) => {
    const { server, network } = await serve(context, answerTwo)
    const response = await fetchBy(server.url, network)
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({})
    expect(server.requests).toHaveLength(1)
  })
})

it('untimed fetch refuses a certificate that nobody vouches for', async (context) => {
  const { url } = await scriptedServer(context, answerTwo, { credentials: credentials('server') })
  await expect(fetchBy(url, null)).rejects.toMatchObject({ cause: { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' } })
})

async function fetchBy(url: string, network: NetworkSettings | null): Promise<Response> {
  return (await networkFetch(network ?? undefined))(`${url}/x`, { method: 'POST', body: '{}' })
}
