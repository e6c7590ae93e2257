import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Endpoint } from '../../../../../src/engine/endpoint.ts'
import { createTransport } from '../../../../../src/engine/http/transport.ts'
import { startSimulator } from '../../../../../src/engine/simulator/server.ts'
import type { Workload } from '../../../../../src/plan/load.ts'
import { silentProgress } from '../../../../../src/ports.ts'
import { ConfigurationError } from '../../../../../src/record/problem.ts'
import { ALL_SESSIONS } from '../../../../../src/suites/performance/load-spec.ts'
import { probeServer, type ServerProbe } from '../../../../../src/suites/performance/probe.ts'
import { ask } from '../../../../../src/suites/performance/server-questions.ts'
import { buildLoad } from '../../../../../src/suites/performance/workload/build-load.ts'
import type { BuiltLoad, PlannedRequest } from '../../../../../src/suites/performance/workload/planned.ts'
import { spec } from '../../../../pure/suites/performance/records.ts'
import { tokenServer } from '../token-server.ts'

const clock = { date: () => '2026-01-01T00:00:00Z', monotonicMs: () => performance.now() }
const { signal } = new AbortController()
const fixed = (tokens: number) => ({ law: 'fixed', tokens }) as const
const between = (least: number, most: number) => ({ law: 'uniform', least, most }) as const

async function simulated(): Promise<{ endpoint: Endpoint; probe: ServerProbe }> {
  const simulator = await startSimulator({ timing: { ttftMs: 1, itlMs: 1 } })
  onTestFinished(() => simulator.close())
  return probed({ url: simulator.url, model: 'simulated-v4', headers: {} })
}

async function probed(endpoint: Endpoint) {
  const transport = await createTransport(endpoint.url, null, clock)
  return { endpoint, probe: await probeServer({ endpoint, transport, clock, signal, seed: 1, requestTimeoutMs: 5000 }) }
}

function build({ endpoint, probe }: { endpoint: Endpoint; probe: ServerProbe }, workload: Workload, changes = {}) {
  const point = { ...spec, workload, sessions: 6, warmupRequests: 2, seed: 1, ...changes }
  return buildLoad({ endpoint, spec: point, probe, tokenizerFile: null, signal, progress: silentProgress })
}

const all = ({ warmup, sessions }: BuiltLoad) => [...sessions.flatMap(({ requests }) => requests), ...warmup]
const bodyOf = ({ request }: PlannedRequest) => JSON.parse(Buffer.from(request.body).toString('utf8'))

/** What the server counts for a request, and how much of it its cache knew. */
async function sent(endpoint: Endpoint, planned: PlannedRequest) {
  const { messages, tools } = bodyOf(planned)
  const body = { model: endpoint.model, messages, ...(tools && { tools }), max_tokens: 1, stream: false }
  const answer = await ask(endpoint, '/v1/chat/completions', body, signal)
  if (answer.state !== 'answered' || answer.status !== 200) throw new Error(`not answered: ${JSON.stringify(answer)}`)
  const { usage } = answer.json as {
    usage: { prompt_tokens: number; prompt_tokens_details: { cached_tokens: number } }
  }
  return { promptTokens: usage.prompt_tokens, cachedTokens: usage.prompt_tokens_details.cached_tokens }
}

const input = between(60, 400)
const output = between(4, 60)
const WORKLOADS = {
  single: { kind: 'single', input, output },
  'shared-prefix': { kind: 'shared-prefix', groups: 2, prefixTokens: 200, input: between(230, 400), output },
  'multi-turn': { kind: 'multi-turn', turns: 4, input, nextInput: between(50, 90), output, thinkSeconds: 1 },
  agentic: {
    kind: 'agentic',
    turns: 4,
    tools: 3,
    input: between(1500, 1800),
    toolResult: between(10, 100),
    output,
    toolSeconds: 1,
  },
} satisfies Record<string, Workload>

describe('a load built for the simulator', () => {
  it.each(Object.values(WORKLOADS))('of kind $kind has the prompt tokens that the server counts', async (workload) => {
    const server = await simulated()
    const built = await build(server, workload)
    expect(built).toMatchObject({ tokenSource: 'server', remarks: [] })
    expect(built.sessions).toHaveLength(6)
    expect(built.warmup).toHaveLength(2)
    for (const planned of all(built)) {
      const { promptTokens, cachedTokens } = await sent(server.endpoint, planned)
      expect(promptTokens).toBe(planned.asked.inputTokens)
      // The simulator caches whole blocks of 64.
      expect(cachedTokens).toBeLessThan(planned.asked.cachedTokens + built.templateTokens + 64)
      if (workload.kind === 'shared-prefix' && planned.asked.cachedTokens > 0)
        expect(cachedTokens).toBeGreaterThanOrEqual(128)
    }
  })

  it('carries the turns before in each turn, pauses between them, and nothing of it in warm-up', async () => {
    const built = await build(await simulated(), WORKLOADS['multi-turn'])
    for (const { requests } of built.sessions) {
      expect(requests.map(({ turn }) => turn)).toEqual([0, 1, 2, 3])
      expect(requests.map(({ thinkMs }) => thinkMs > 0)).toEqual([false, true, true, true])
      for (const [turn, planned] of requests.entries()) {
        const { messages } = bodyOf(planned)
        expect(messages).toHaveLength(2 * turn + 1)
        if (turn === 0) continue
        expect(messages.slice(0, -2)).toEqual(bodyOf(requests[turn - 1]!).messages)
        expect(planned.asked.cachedTokens).toBe(requests[turn - 1]!.asked.inputTokens)
      }
    }
    expect(built.warmup.map(({ turn }) => turn)).toEqual([0, 0])
  })

  it('brings tools, calls and results in the turns of an agent', async () => {
    const built = await build(await simulated(), WORKLOADS.agentic)
    const { messages, tools } = bodyOf(built.sessions[0]!.requests[2]!)
    expect(tools).toHaveLength(3)
    expect(messages.map(({ role }: { role: string }) => role)).toEqual([
      'user',
      'assistant',
      'tool',
      'assistant',
      'tool',
    ])
    const [, first, result, second] = messages
    expect(first.tool_calls[0].id).toBe(result.tool_call_id)
    expect(first.tool_calls[0].function.name).not.toBe(second.tool_calls[0].function.name)
    const names = tools.map((tool: { function: { name: string } }) => tool.function.name)
    expect(names).toContain(first.tool_calls[0].function.name)
    expect(JSON.parse(first.tool_calls[0].function.arguments)).toHaveProperty('query')
  })

  it('is the same to the byte for a seed, and begins otherwise for another seed, level or scenario', async () => {
    const server = await simulated()
    for (const workload of [WORKLOADS['shared-prefix'], WORKLOADS['multi-turn']]) {
      const bytes = async (changes = {}) =>
        all(await build(server, workload, changes)).map(({ request }) => request.bytes)
      const first = await bytes()
      expect(await bytes()).toEqual(first)
      const opening = (request: Buffer) => {
        const { messages } = JSON.parse(request.toString('utf8').split('\r\n\r\n')[1]!)
        return messages[0].content.split(' ').slice(0, 5).join(' ')
      }
      const known = new Set(first.map(opening))
      for (const changes of [{ seed: 2 }, { load: 'c9' }, { scenario: 'other' }])
        for (const request of await bytes(changes)) expect(known).not.toContain(opening(request))
    }
  })

  it('gives each request an id of its own, over levels and repetitions', async () => {
    const server = await simulated()
    const ids: string[] = []
    for (const changes of [{}, { load: 'c9' }, { seed: 2 }])
      for (const { request } of all(await build(server, WORKLOADS['multi-turn'], { sessions: 3, ...changes })))
        ids.push(request.id)
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('reads conversations and traces from files, with the tokens that the server counts', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'crosschip-workload-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const say = (from: string, value: string) => ({ from, value })
    const conversations = [
      [say('system', 'You answer in one line.'), say('human', 'What is 2 + 3?'), say('gpt', 'It is 5.')],
      [say('human', '写一句话。'), say('gpt', '春天来了，花开了。'), say('human', 'Why?\n'), say('gpt', 'It is warm.')],
    ]
    const dataset = join(folder, 'conversations.json')
    writeFileSync(dataset, JSON.stringify(conversations.map((turns, id) => ({ id, conversations: turns }))))
    const trace = join(folder, 'trace.jsonl')
    const line = (timestamp: number, input_length: number, hash_ids: number[]) =>
      JSON.stringify({ timestamp, input_length, output_length: 5, hash_ids })
    writeFileSync(trace, [line(0, 1100, [0, 1, 2]), line(40, 1200, [0, 1, 3]), line(90, 700, [4, 5])].join('\n'))
    const server = await simulated()
    for (const [file, kind, requests] of [
      [dataset, 'dataset', 3],
      [trace, 'trace', 3],
    ] as const) {
      const workload = { kind, file, sha256: null, output: null }
      const built = await build(server, workload as Workload, { sessions: ALL_SESSIONS, warmupRequests: 2 })
      expect(built.sessions.flatMap((session) => session.requests)).toHaveLength(requests)
      for (const planned of all(built)) {
        const { promptTokens, cachedTokens } = await sent(server.endpoint, planned)
        expect(promptTokens).toBe(planned.asked.inputTokens)
        expect(cachedTokens).toBeLessThan(planned.asked.cachedTokens + built.templateTokens + 64)
        if (planned.request.id.includes('trace') && planned.session === 1) expect(cachedTokens).toBe(1024)
      }
      expect(built.sessions.map(({ atMs }) => atMs)).toEqual(kind === 'trace' ? [0, 40, 90] : [null, null])
    }
  })
})

describe('a load built where nothing counts bare texts', () => {
  it('is calibrated by the two probes and says so', async () => {
    const server = await tokenServer({ onTestFinished }, { tokenize: false })
    const built = await build(await probed({ url: server.url, model: 'toy', headers: {} }), WORKLOADS.single)
    expect(built).toMatchObject({ tokenSource: 'calibrated', templateTokens: 10 })
    expect(built.remarks.join()).toContain('prompt lengths are approximate')
    for (const planned of all(built))
      expect(bodyOf(planned).messages[0].content.split(' ').length + 10).toBe(planned.asked.inputTokens)
  })

  it('is assumed where the server counts no prompts either', async () => {
    const server = await tokenServer({ onTestFinished }, { tokenize: false })
    const { endpoint, probe } = await probed({ url: server.url, model: 'toy', headers: {} })
    const built = await build({ endpoint, probe: { ...probe, calibration: [] } }, WORKLOADS.single)
    expect(built).toMatchObject({ tokenSource: 'assumed', templateTokens: 16 })
    expect(built.remarks.join()).toContain('the server counts no prompt tokens')
  })
})

describe('buildLoad', () => {
  it('refuses a workload without end that no file ends', async () => {
    const server = await simulated()
    await expect(build(server, WORKLOADS.single, { sessions: ALL_SESSIONS })).rejects.toThrow(ConfigurationError)
  })

  it('says which texts the template and the salt made longer than asked', async () => {
    const built = await build(await simulated(), { kind: 'single', input: fixed(1), output: fixed(1) })
    expect(built.remarks.join()).toContain('8 texts are longer than asked')
    for (const planned of all(built)) expect(planned.asked.inputTokens).toBeGreaterThan(1)
  })

  it('stops when it is told to', async () => {
    const { endpoint, probe } = await simulated()
    const stop = new AbortController()
    const options = { endpoint, probe, tokenizerFile: null, progress: { ...silentProgress, step: () => stop.abort() } }
    const point = { ...spec, workload: WORKLOADS.single, sessions: 500 }
    await expect(buildLoad({ ...options, spec: point, signal: stop.signal })).rejects.toThrow('aborted')
  })
})
