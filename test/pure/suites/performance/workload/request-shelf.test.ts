import { describe, expect, it } from 'vitest'
import { NO_EXTENSIONS } from '../../../../../src/suites/performance/request-body.ts'
import { RequestShelf, requestIdStart } from '../../../../../src/suites/performance/workload/request-shelf.ts'
import { spec } from '../records.ts'

const endpoint = { url: 'http://127.0.0.1:8000', model: 'm', headers: {} }
const draft = {
  messages: [{ role: 'user', content: 'x'.repeat(1000) } as const],
  outputTokens: 4,
  inputTokens: 9,
  cachedTokens: 2,
  thinkMs: 5,
}
const shelf = (maxBytes?: number) => new RequestShelf(endpoint, spec, NO_EXTENSIONS, [], maxBytes)

describe('RequestShelf', () => {
  it('makes the bytes of a request and keeps what was asked', () => {
    const planned = shelf().prepare(draft, 3, 1, false)
    expect(planned).toMatchObject({
      session: 3,
      turn: 1,
      thinkMs: 5,
      asked: { inputTokens: 9, outputTokens: 4, cachedTokens: 2 },
    })
    const body = JSON.parse(Buffer.from(planned.request.body).toString('utf8'))
    expect(body).toMatchObject({ model: 'm', messages: draft.messages, max_tokens: 4 })
    expect(planned.request.bytes.toString('latin1')).toContain(`x-request-id: ${planned.request.id}\r\n`)
  })

  it('refuses more bytes than memory is meant to hold', () => {
    const small = shelf(5000)
    for (let session = 0; session < 3; session++) small.prepare(draft, session, 0, false)
    expect(() => Array.from({ length: 9 }, (_, session) => small.prepare(draft, session, 0, false))).toThrow(
      /requests of .* take more than 0 MiB, the most that is prepared \(ask for fewer/,
    )
  })

  it('foresees after fifty sessions what the rest will take', () => {
    const small = shelf(200_000)
    for (let session = 0; session < 50; session++) small.prepare(draft, session, 0, false)
    expect(() => small.foresee(50, 150)).not.toThrow()
    expect(() => small.foresee(50, 1000)).toThrow('1000 requests')
    expect(() => small.foresee(49, 1000)).not.toThrow()
  })
})

describe('the id of a request', () => {
  it('is fit for a header and tells load points and repetitions apart', () => {
    const start = requestIdStart({ scenario: 'Chat, kurz & gut', load: '4 req/s', seed: 1 })
    expect(start).toMatch(/^[\w.-]+$/)
    const others = [
      { scenario: 'Chat, kurz & gut', load: '4 req/s', seed: 2 },
      { scenario: 'Chat, kurz + gut', load: '4 req/s', seed: 1 },
      { scenario: 'Chat, kurz & gut', load: '4-req-s', seed: 1 },
    ]
    expect(new Set([start, ...others.map(requestIdStart)]).size).toBe(4)
    const ids = [
      shelf().prepare(draft, 0, 0, false),
      shelf().prepare(draft, 0, 0, true),
      shelf().prepare(draft, 0, 1, false),
    ]
    expect(new Set(ids.map(({ request }) => request.id)).size).toBe(3)
  })
})
