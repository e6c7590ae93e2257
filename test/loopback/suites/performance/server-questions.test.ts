import { describe, expect, it } from 'vitest'
import { ask, countTokens } from '../../../../src/suites/performance/server-questions.ts'
import { freePort, type Script, scriptedServer } from '../../engine/http/scripted-server.ts'
import { credentials, TIERS } from '../../engine/http/tiers.ts'

const { signal } = new AbortController()

const answerWith =
  (value: unknown): Script =>
  (socket) => {
    const text = JSON.stringify(value)
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`)
  }

describe.each(TIERS)('an untimed question by way of $name', (tier) => {
  it('is answered', async (context) => {
    const { server, network } = await tier.serve(context, answerWith({ count: 5 }))
    const endpoint = { url: server.url, model: 'm', headers: { 'x-of': 'us' }, ...(network ? { network } : {}) }
    expect(await ask(endpoint, '/v1/models', null, signal)).toEqual({
      state: 'answered',
      status: 200,
      json: { count: 5 },
    })
    expect(await countTokens(endpoint, 'five little words', signal)).toBe(5)
    expect(server.requests.map((text) => text.split(' ', 1)[0])).toEqual(['GET', 'POST'])
    expect(server.requests.every((text) => /^x-of: us\r$/m.test(text))).toBe(true)
  })
})

describe('an untimed question', () => {
  it('says why there is no answer', async (context) => {
    const nobody = { url: `http://127.0.0.1:${await freePort()}`, headers: {} }
    expect(await ask(nobody, '/', null, signal)).toMatchObject({
      state: 'unreachable',
      reason: expect.stringMatching(/ECONNREFUSED/),
    })
    const { url } = await scriptedServer(context, answerWith({}), { credentials: credentials('server') })
    expect(await ask({ url, headers: {} }, '/', null, signal)).toMatchObject({
      state: 'unreachable',
      reason: expect.stringMatching(/--ca$/),
    })
  })

  it('says what is wrong with the way that was given', async () => {
    const network = { proxy: 'not a proxy', certificateAuthority: null }
    expect(await ask({ url: 'http://127.0.0.1:1', headers: {}, network }, '/', null, signal)).toEqual({
      state: 'unreachable',
      reason: 'the proxy must be given as http://host:port',
    })
  })
})
