import { performance } from 'node:perf_hooks'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createTransport } from '../../../../src/engine/http/transport.ts'
import { probeServer, type ServerProbe } from '../../../../src/suites/performance/probe.ts'
import { ALL_EXTENSIONS, NO_EXTENSIONS } from '../../../../src/suites/performance/request-body.ts'
import { chunk, delta, EVENT_STREAM, event, type Script, scriptedServer } from '../../engine/http/scripted-server.ts'

const clock = { date: () => '', monotonicMs: () => performance.now() }

type Body = Record<string, unknown> & {
  messages: { content: string }[]
  stream_options?: Record<string, unknown>
}

interface Behaviour {
  /** Fields that it answers with 400 or 422. */
  refuses?: readonly string[]
  refusal?: 400 | 422 | 500
  /** Knows `continuous_usage_stats` and `include_metrics`, and does as they say. */
  knows?: boolean
  closes?: boolean
  counts?: boolean
}

/** A server that looks at the fields of a request as strict servers do, those of `stream_options` included. */
function server({ refuses = [], refusal = 400, knows = true, closes = false, counts = true }: Behaviour): Script {
  return (socket, _, text) => {
    const body = JSON.parse(text.slice(text.indexOf('\r\n\r\n'))) as Body
    const options = body.stream_options ?? {}
    if ([...Object.keys(body), ...Object.keys(options)].some((field) => refuses.includes(field))) {
      socket.write(`HTTP/1.1 ${refusal} No\r\nContent-Length: 2\r\n\r\n{}`)
      return
    }
    const promptTokens = 10 + body.messages[0]!.content.split(' ').length
    const usage = (tokens: number) => ({ prompt_tokens: promptTokens, completion_tokens: tokens })
    const continuous = knows && options.continuous_usage_stats === true
    const events: unknown[] = [1, 2, 3, 4].map((tokens) => ({
      ...(delta({ content: 'x' }) as object),
      ...(continuous ? { usage: usage(tokens) } : {}),
    }))
    events.push(delta({}, 'length'))
    const metrics = knows && body.include_metrics === true ? { metrics: { time_to_first_token_ms: 1 } } : {}
    if (counts && options.include_usage === true) events.push({ choices: [], usage: usage(4), ...metrics })
    socket.write(`${EVENT_STREAM}${[...events, '[DONE]'].map((one) => chunk(event(one))).join('')}0\r\n\r\n`)
    if (closes) socket.end()
  }
}

async function probe(
  behaviour: Behaviour,
  script: Script = server(behaviour),
): Promise<{ found: ServerProbe; bodies: Body[] }> {
  const { url, requests } = await scriptedServer({ onTestFinished }, script)
  const found = await probeServer({
    endpoint: { url, model: 'm', headers: {} },
    transport: await createTransport(url, null, clock),
    clock,
    signal: new AbortController().signal,
    seed: 7,
    requestTimeoutMs: 5000,
  })
  return { found, bodies: requests.map((text) => JSON.parse(text.slice(text.indexOf('\r\n\r\n'))) as Body) }
}

describe('the probe of a server', () => {
  it('that takes and knows everything finds everything, without a remark', async () => {
    const { found, bodies } = await probe({})
    expect(found).toMatchObject({
      extensions: ALL_EXTENSIONS,
      keepAlive: true,
      usageInChunks: true,
      failure: null,
      remarks: [],
    })
    expect(bodies).toHaveLength(3)
    expect(bodies[0]).toMatchObject({ include_metrics: true, stream_options: { continuous_usage_stats: true } })
  })

  it('gives two prompts of different lengths with their counts, none of them sent before', async () => {
    const { found, bodies } = await probe({})
    expect(found.calibration.map(({ prompt, promptTokens }) => promptTokens - prompt.split(' ').length)).toEqual([
      10, 10,
    ])
    expect(found.calibration[1]!.promptTokens - found.calibration[0]!.promptTokens).toBe(128)
    expect(new Set(bodies.map(({ messages }) => messages[0]!.content)).size).toBe(bodies.length)
  })

  it('leaves out what the server reads over without a word', async () => {
    const { found, bodies } = await probe({ knows: false })
    expect(found.extensions).toEqual({ ...ALL_EXTENSIONS, continuousUsage: false, perRequestMetrics: false })
    expect(found).toMatchObject({ usageInChunks: false, remarks: [] })
    expect(bodies.at(-1)).not.toHaveProperty('include_metrics')
  })

  it.each([
    ['include_metrics', { perRequestMetrics: false }],
    ['continuous_usage_stats', { continuousUsage: false }],
    ['min_tokens', { minTokens: false }],
    ['ignore_eos', { ignoreEos: false }],
    ['stream_options', { includeUsage: false, continuousUsage: false, perRequestMetrics: false }],
  ] as const)('gives up %s alone where that is all that is refused', async (field, without) => {
    const { found } = await probe({ refuses: [field] })
    expect(found.failure).toBeNull()
    expect(found.extensions).toEqual({ ...ALL_EXTENSIONS, ...without })
    expect(found.remarks).toEqual([`the server refuses ${field}: sent without`])
  })

  it('finds every field that is refused, by 422 too, and tells them in one remark', async () => {
    const { found } = await probe({ refuses: ['include_metrics', 'min_tokens', 'ignore_eos'], refusal: 422 })
    expect(found.extensions).toEqual({ ...NO_EXTENSIONS, includeUsage: true, continuousUsage: true })
    expect(found.remarks).toEqual(['the server refuses include_metrics, min_tokens, ignore_eos: sent without'])
  })

  it('fails with the last answer of a server that refuses even the plainest request', async () => {
    const { found, bodies } = await probe({ refuses: ['messages'] })
    expect(found.failure?.outcome).toMatchObject({ error: 'http-status', detail: expect.stringMatching(/^HTTP 400/) })
    expect(bodies).toHaveLength(6)
    expect(Object.keys(bodies.at(-1)!).sort()).toEqual(['max_tokens', 'messages', 'model', 'stream', 'temperature'])
  })

  it('takes any other answer for a fault, not for a refusal', async () => {
    const { found, bodies } = await probe({ refuses: ['min_tokens'], refusal: 500 })
    expect(found.failure?.outcome).toMatchObject({ error: 'http-status', detail: expect.stringMatching(/^HTTP 500/) })
    expect(bodies).toHaveLength(1)
  })

  it('sees that the server closes after each answer, and says what follows', async () => {
    const { found } = await probe({ closes: true })
    expect(found.keepAlive).toBe(false)
    expect(found.remarks).toEqual([expect.stringContaining('every request has a new one')])
    expect(found.calibration).toHaveLength(2)
  })

  it('has no calibration where nothing is counted', async () => {
    expect((await probe({ counts: false, knows: false })).found.calibration).toEqual([])
  })

  it('ends when it is aborted', async () => {
    const abort = new AbortController()
    const { url } = await scriptedServer({ onTestFinished }, () => abort.abort(new Error('enough')))
    const transport = await createTransport(url, null, clock)
    const endpoint = { url, model: 'm', headers: {} }
    const probing = probeServer({ endpoint, transport, clock, signal: abort.signal, seed: 7, requestTimeoutMs: 20_000 })
    await expect(probing).rejects.toThrow('enough')
  })
})
