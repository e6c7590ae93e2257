import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { proxyTarget } from '../../../../src/engine/http/route.ts'
import { describeSocketError } from '../../../../src/engine/http/socket-error.ts'

describe('the address of a proxy', () => {
  it('gives host, port and authority, IPv6 too', () => {
    expect(proxyTarget('http://proxy.invalid:3128')).toEqual({
      host: 'proxy.invalid',
      port: 3128,
      authority: 'proxy.invalid:3128',
      authorization: null,
    })
    expect(proxyTarget('http://[::1]:3128/')).toMatchObject({ host: '::1', port: 3128, authority: '[::1]:3128' })
    expect(proxyTarget('http://proxy.invalid')).toMatchObject({ port: 80, authority: 'proxy.invalid' })
  })

  it('gives any user and password as basic authorization', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (user, password) => {
        const [name, secret] = [encodeURIComponent(user), encodeURIComponent(password)]
        const { authorization } = proxyTarget(`http://${name}:${secret}@proxy.invalid:1`)
        expect(Buffer.from(authorization!.split(' ')[1]!, 'base64').toString('utf8')).toBe(`${user}:${password}`)
      }),
    )
  })

  it('takes a percent sign that begins no escape for itself', () => {
    const { authorization } = proxyTarget('http://user:100%@proxy.invalid:1')
    expect(Buffer.from(authorization!.split(' ')[1]!, 'base64').toString('utf8')).toBe('user:100%')
  })

  it.each(['', 'proxy:3128', 'socks5://x', 'https://x:1', 'http://x/path', 'http://x?y', 'http://x#z'])(
    'is not %j',
    (address) => expect(() => proxyTarget(address)).toThrow(RangeError),
  )
})

describe('an error of a socket', () => {
  const withCode = (message: string, code: string) => Object.assign(new Error(message), { code })

  it('is told with its code, once', () => {
    expect(describeSocketError(withCode('connect ECONNREFUSED ::1:1', 'ECONNREFUSED'))).toBe(
      'connect ECONNREFUSED ::1:1',
    )
    expect(describeSocketError(withCode('socket hang up', 'ECONNRESET'))).toBe('ECONNRESET: socket hang up')
    expect(describeSocketError(withCode('', 'EPIPE'))).toBe('EPIPE')
    expect(describeSocketError(new Error(''))).toBe('unknown socket error')
  })

  it('of several addresses is told by the last', () => {
    const several = new AggregateError([withCode('connect A', 'EHOSTUNREACH'), withCode('connect B', 'ECONNREFUSED')])
    expect(describeSocketError(several)).toBe('ECONNREFUSED: connect B')
  })

  it('about an unknown authority says what to give, others do not', () => {
    expect(describeSocketError(withCode('self-signed certificate', 'DEPTH_ZERO_SELF_SIGNED_CERT'))).toMatch(/--ca$/)
    expect(describeSocketError(withCode('certificate has expired', 'CERT_HAS_EXPIRED'))).not.toMatch(/--ca/)
  })
})
