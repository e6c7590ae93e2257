import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** One request as the script sees it. */
export interface Asked {
  path: string
  body: Record<string, unknown>
  headers: IncomingMessage['headers']
}

export interface ScriptedServer {
  url: string
  asked: Asked[]
  /** Connections that the client left before the answer was complete. */
  left: () => number
  close(): Promise<void>
}

/** A server on loopback that answers as the script says; it serves the bad cases that the simulator does not have. */
export async function startScripted(
  script: (asked: Asked, response: ServerResponse) => unknown,
): Promise<ScriptedServer> {
  const asked: Asked[] = []
  let left = 0
  const server = createServer(async (request, response) => {
    response.once('close', () => {
      if (!response.writableFinished) left++
    })
    let text = ''
    for await (const chunk of request) text += chunk
    const one = { path: request.url ?? '', body: text === '' ? {} : JSON.parse(text), headers: request.headers }
    asked.push(one)
    await script(one, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    left: () => left,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}

export function sendHtml(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'content-type': 'text/html; charset=utf-8' })
  response.end('<!doctype html><title>Welcome</title>')
}

let serial = 0

/** A plain, sound answer to chat, completion, model list and nothing else; parameters that it does not know are ignored. */
export function answerPlainly({ path, body }: Asked, response: ServerResponse, text = 'Hello there'): unknown {
  const usage = { prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 }
  const base = { id: `x-${++serial}`, created: 1_790_000_000, model: 'toy' }
  if (path === '/v1/models') return sendJson(response, 200, { object: 'list', data: [{ id: 'toy' }, { id: 'other' }] })
  if (path === '/v1/completions')
    return sendJson(response, 200, {
      ...base,
      object: 'text_completion',
      choices: [{ index: 0, text, finish_reason: 'stop', logprobs: null }],
      usage,
    })
  if (path !== '/v1/chat/completions') return sendJson(response, 404, { detail: 'Not Found' })
  if (!body.stream)
    return sendJson(response, 200, {
      ...base,
      object: 'chat.completion',
      choices: [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' }],
      usage,
    })
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const chunk = (choices: unknown[], rest = {}) =>
    response.write(`data: ${JSON.stringify({ ...base, object: 'chat.completion.chunk', choices, ...rest })}\n\n`)
  chunk([{ index: 0, delta: { role: 'assistant', content: text }, finish_reason: null }])
  chunk([{ index: 0, delta: {}, finish_reason: 'stop' }])
  const options = body.stream_options as { include_usage?: boolean } | undefined
  if (options?.include_usage) chunk([], { usage })
  return response.end('data: [DONE]\n\n')
}
