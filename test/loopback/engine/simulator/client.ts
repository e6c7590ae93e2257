import { afterEach } from 'vitest'
import type { SimulatorSettings } from '../../../../src/engine/simulator/options.ts'
import { type Simulator, startSimulator } from '../../../../src/engine/simulator/server.ts'
import { SseParser } from '../../../../src/engine/sse.ts'

// biome-ignore lint/suspicious/noExplicitAny: the answers of the server are read field by field and compared.
export type Json = any

const started: Simulator[] = []

afterEach(async () => {
  await Promise.all(started.splice(0).map((simulator) => simulator.close()))
})

/** Quick and without scatter, unless told otherwise; closed after the test. */
export async function start(settings: SimulatorSettings = {}): Promise<Simulator> {
  const timing = { ttftMs: 2, itlMs: 0.2, sessionScatter: 0, requestScatter: 0, ...settings.timing }
  const simulator = await startSimulator({ ...settings, timing })
  started.push(simulator)
  return simulator
}

export const CHAT = '/v1/chat/completions'
export const COMPLETIONS = '/v1/completions'

export async function post(simulator: Simulator, path: string, body: unknown): Promise<{ status: number; json: Json }> {
  const response = await fetch(simulator.url + path, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    signal: AbortSignal.timeout(15_000),
  })
  const text = await response.text()
  return { status: response.status, json: JSON.parse(text) }
}

/** The answer to one user message at temperature 0. */
export async function ask(simulator: Simulator, content: string, rest: object = {}): Promise<Json> {
  const body = { messages: [{ role: 'user', content }], temperature: 0, ...rest }
  return (await post(simulator, CHAT, body)).json
}

export interface Stream {
  status: number
  /** Data of the events as bytes. */
  data: Uint8Array[]
  /** Parsed, without [DONE]. */
  chunks: Json[]
  done: boolean
  /** When each event came, from the start of the request. */
  atMs: number[]
}

export async function stream(simulator: Simulator, path: string, body: object): Promise<Stream> {
  const startMs = performance.now()
  const response = await fetch(simulator.url + path, {
    method: 'POST',
    body: JSON.stringify({ ...body, stream: true }),
    signal: AbortSignal.timeout(15_000),
  })
  const parser = new SseParser()
  const result: Stream = { status: response.status, data: [], chunks: [], done: false, atMs: [] }
  for await (const read of response.body!) {
    const now = performance.now() - startMs
    for (const event of parser.push(read)) {
      result.data.push(event.data)
      result.atMs.push(now)
      const text = Buffer.from(event.data).toString('utf8')
      if (text === '[DONE]') result.done = true
      else result.chunks.push(JSON.parse(text))
    }
  }
  return result
}

/** A streamed chat put together again. */
export function assemble(chunks: readonly Json[]) {
  const message: Json = { content: '', reasoning: '', toolCalls: [] as Json[] }
  let finish: string | null = null
  const logprobs: Json[] = []
  for (const choice of chunks.flatMap((chunk) => chunk.choices)) {
    const { delta } = choice
    message.content += delta.content ?? ''
    message.reasoning += delta.reasoning ?? delta.reasoning_content ?? ''
    for (const call of delta.tool_calls ?? []) {
      message.toolCalls[call.index] ??= { id: call.id, name: call.function.name, arguments: '' }
      message.toolCalls[call.index].arguments += call.function.arguments
    }
    finish = choice.finish_reason ?? finish
    logprobs.push(...(choice.logprobs?.content ?? []))
  }
  return { ...message, finish, logprobs, usage: chunks.at(-1)?.usage ?? null }
}
