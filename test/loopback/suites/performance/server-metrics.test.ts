import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { METRICS_DIALECTS } from '../../../../src/engine/simulator/options.ts'
import type { Simulator } from '../../../../src/engine/simulator/server.ts'
import { type AnswerFacts, addFacts, NO_FACTS } from '../../../../src/suites/performance/answer-facts.ts'
import { EventClassifier } from '../../../../src/suites/performance/event-classifier.ts'
import { EventLog } from '../../../../src/suites/performance/event-log.ts'
import type { RequestRecord } from '../../../../src/suites/performance/record.ts'
import { metricsPage } from '../../../../src/suites/performance/server-metrics/metrics-page.ts'
import { serverTruth } from '../../../../src/suites/performance/server-metrics/server-truth.ts'
import { ServerMetricsWatch } from '../../../../src/suites/performance/server-metrics/watch.ts'
import { CHAT, start, stream } from '../../engine/simulator/client.ts'

const TOKENS = 12
const never = new AbortController().signal
const reader = (url: string) => metricsPage({ url, headers: {} })

/** One streamed request with all that its answer says. */
async function send(simulator: Simulator, prompt: string): Promise<RequestRecord> {
  const { data, atMs } = await stream(simulator, CHAT, {
    messages: [{ role: 'user', content: prompt }],
    max_tokens: TOKENS,
    ignore_eos: true,
    temperature: 0,
    include_metrics: true,
    stream_options: { include_usage: true },
  })
  const classifier = new EventClassifier()
  const facts = data.reduce<AnswerFacts>((sofar, event) => addFacts(sofar, event) ?? sofar, NO_FACTS)
  const { error: _, ...told } = facts
  return {
    id: prompt,
    session: 0,
    turn: 0,
    intendedMs: 0,
    dequeuedMs: 0,
    writtenMs: 0,
    firstByteMs: atMs[0]!,
    endMs: atMs.at(-1)!,
    reused: true,
    connectMs: 0,
    asked: { inputTokens: null, outputTokens: TOKENS, cachedTokens: 0 },
    events: EventLog.of(
      data.map((event, index) => ({
        atMs: atMs[index]!,
        read: index,
        class: classifier.classify(event, 0, event.length),
      })),
    ),
    ...told,
    outcome: { state: 'ok' },
  }
}

/** Three requests after a warm-up, watched; `meanwhile` runs beside them. */
async function watched(simulator: Simulator, meanwhile: () => Promise<unknown> = async () => {}) {
  const watch = (await ServerMetricsWatch.find(reader(simulator.url), never))!
  await send(simulator, 'warm up')
  await watch.begin()
  const [records] = await Promise.all([
    Promise.all(['one', 'two', 'three'].map((prompt) => send(simulator, prompt))),
    meanwhile(),
  ])
  await watch.end()
  return { records, truth: serverTruth(watch.observation(), records, 0) }
}

describe.each(METRICS_DIALECTS)('a watched server that speaks as %s', (metricsDialect) => {
  it('agrees with the client, without the warm-up', async () => {
    const { truth, records } = await watched(await start({ metricsDialect, timing: { ttftMs: 20, itlMs: 1 } }))
    // The client of this test shares a thread with the server: that it may be late is not at issue here.
    expect(truth.faults.filter(({ by }) => by !== 'client')).toEqual([])
    expect(truth.server!.dialect).toBe(metricsDialect)
    const { values } = truth.server!
    expect(values.generationTokens).toBe(3 * TOKENS)
    expect(values.promptTokens).toBe(records.reduce((total, { promptTokens }) => total + promptTokens!, 0))
    if (metricsDialect === 'llamacpp') {
      for (const { server } of records) expect(server).toMatchObject({ ttftMs: expect.any(Number), queueMs: null })
      return
    }
    expect(values.requestsFinished).toBe(3)
    expect(values.ttftSamples).toBe(3)
    const clientMs = records.reduce((total, { events }) => total + events.atMs(0), 0) / 3
    expect(values.ttftMeanMs).toBeGreaterThan(15)
    expect(values.ttftMeanMs).toBeLessThanOrEqual(clientMs + 5)
    if (metricsDialect !== 'vllm') return
    for (const { server } of records) expect(server).toMatchObject({ ttftMs: expect.any(Number), queueMs: 0 })
  })

  it('is found out when somebody else uses it', async () => {
    const simulator = await start({ metricsDialect })
    const others = () => Promise.all(['four', 'five', 'six', 'seven'].map((prompt) => send(simulator, prompt)))
    const { truth } = await watched(simulator, others)
    expect(truth.faults.map(({ code }) => code)).toContain('foreign-load')
  })
})

const pages: Server[] = []
afterEach(async () => {
  for (const server of pages.splice(0)) {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})

/** A server with nothing but a metrics page; `answer` gets the number of the request, from 0. */
async function pageServer(answer: (response: ServerResponse, ordinal: number) => void): Promise<string> {
  let ordinal = 0
  const server = createServer((_, response) => answer(response, ordinal++))
  pages.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const vllmPage = (running: number, generated: number) =>
  `vllm:num_requests_running{engine="0"} ${running}\nvllm:generation_tokens_total{engine="0"} ${generated}\n`

describe('the watch', () => {
  it('finds nothing where there is nothing to find', async () => {
    const gone = await pageServer(() => {})
    pages.at(-1)!.close()
    for (const url of [
      gone,
      await pageServer((response) => response.writeHead(404).end('{"detail":"Not Found"}')),
      await pageServer((response) => response.end('<html>')),
      await pageServer((response) => response.destroy()),
      await pageServer((response) => response.writeHead(302, { location: '/elsewhere/for/ever' }).end()),
    ])
      expect(await ServerMetricsWatch.find(reader(url), never)).toBeNull()
  })

  it('waits after the load until the counters have caught up', async () => {
    let ended = 0
    const url = await pageServer((response) => {
      if (ended === 0) response.end(vllmPage(0, 100))
      else response.end(ended++ < 4 ? vllmPage(1, 150) : vllmPage(0, 200))
    })
    const watch = (await ServerMetricsWatch.find(reader(url), never))!
    await watch.begin()
    ended = 1
    await watch.end()
    expect(serverTruth(watch.observation(), [], 0).server!.values.generationTokens).toBe(100)
  })

  it('does not wait for ever for a server that never rests', async () => {
    const url = await pageServer((response, ordinal) => response.end(vllmPage(3, ordinal)))
    const watch = (await ServerMetricsWatch.find(reader(url), never))!
    await watch.begin()
    await watch.end()
    expect(watch.observation()!.after.state.gauges.running).toBe(3)
  })

  it('looks at gauges in between', async () => {
    let running = 0
    let looks = 0
    const url = await pageServer((response) => {
      looks++
      response.end(vllmPage(running, 0))
    })
    const watch = new ServerMetricsWatch(reader(url), never, 5)
    await watch.begin()
    running = 7
    looks = 0
    await expect.poll(() => looks, { timeout: 10_000 }).toBeGreaterThan(2)
    running = 0
    await watch.end()
    expect(watch.observation()!.between.length).toBeGreaterThan(0)
    expect(serverTruth(watch.observation(), [], 0).server!.values.runningMax).toBe(7)
  })

  it('asks no more once it is stopped, as after a load that broke', async () => {
    let looks = 0
    const url = await pageServer((response) => {
      looks++
      response.end(vllmPage(0, 0))
    })
    const watch = new ServerMetricsWatch(reader(url), never, 5)
    await watch.begin()
    looks = 0
    await expect.poll(() => looks, { timeout: 10_000 }).toBeGreaterThan(0)
    await watch.stop()
    looks = 0
    await sleep(50)
    expect(looks).toBe(0)
    expect(watch.observation()).toBeNull()
  })

  it('has no observation when the metrics go away', async () => {
    let alive = true
    const url = await pageServer((response) => (alive ? response.end(vllmPage(0, 0)) : response.destroy()))
    const watch = (await ServerMetricsWatch.find(reader(url), never))!
    await watch.begin()
    alive = false
    await watch.end()
    expect(watch.observation()).toBeNull()
  })

  it('ends at once when the run is aborted', async () => {
    const stop = new AbortController()
    const url = await pageServer((response, ordinal) => (ordinal < 3 ? response.end(vllmPage(0, 0)) : undefined))
    const watch = (await ServerMetricsWatch.find(reader(url), stop.signal))!
    await watch.begin()
    const ending = watch.end()
    stop.abort()
    await ending
    expect(watch.observation()).toBeNull()
  })
})

describe('the key of a server', () => {
  it('goes to the metrics of its own address, and to no other', async () => {
    const seen: (string | undefined)[] = []
    const [own, other] = [1, 2].map(() =>
      createServer((request, response) => {
        seen.push(request.headers.authorization)
        response.end('vllm:num_requests_running 0\n')
      }),
    ) as [Server, Server]
    const listening = async (server: Server) => {
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    }
    const [url, elsewhere] = [await listening(own), await listening(other)]
    const endpoint = { url, headers: { authorization: 'Bearer secret' } }
    expect(await metricsPage(endpoint)(never)).not.toBeNull()
    expect(await metricsPage(endpoint, `${elsewhere}/metrics`)(never)).not.toBeNull()
    expect(seen).toEqual(['Bearer secret', undefined])
    for (const server of [own, other]) server.close()
  })
})
