import { describe, expect, it } from 'vitest'
import { postRequest, requestTarget } from '../../../../src/engine/http/request-bytes.ts'

describe('requestTarget', () => {
  it('reads host, port and base path, with the defaults of the scheme', () => {
    expect(requestTarget('http://h:8000')).toEqual({
      secure: false,
      host: 'h',
      port: 8000,
      authority: 'h:8000',
      basePath: '',
    })
    expect(requestTarget('https://h/proxy/')).toMatchObject({ secure: true, port: 443, basePath: '/proxy' })
  })

  it('takes the brackets off an IPv6 address for dialling and leaves them in the host header', () => {
    expect(requestTarget('http://[::1]:9')).toMatchObject({ host: '::1', authority: '[::1]:9' })
  })

  it('refuses what is not http', () => {
    for (const address of ['ftp://h', 'localhost:8000', ''])
      expect(() => requestTarget(address)).toThrow(/not an http or https address/)
  })
})

describe('postRequest', () => {
  const target = requestTarget('http://h:1/base')

  it('counts the length in bytes and puts everything in one piece', () => {
    expect(postRequest(target, '/v1/x', { Accept: 'a' }, '{"é":1}').toString()).toBe(
      'POST /base/v1/x HTTP/1.1\r\nhost: h:1\r\naccept: a\r\ncontent-type: application/json\r\ncontent-length: 8\r\n\r\n{"é":1}',
    )
  })

  it('refuses a header that would break out of its line', () => {
    expect(() => postRequest(target, '/', { a: 'b\r\nc: d' }, '')).toThrow(RangeError)
    expect(() => postRequest(target, '/', { 'a:': 'b' }, '')).toThrow(RangeError)
  })
})
