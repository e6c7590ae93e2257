import type { IncomingMessage } from 'node:http'
import { type Listening, listen } from './listen.ts'

/** One answer of the stub; `body` is sent as JSON. */
export interface StubAnswer {
  status: number
  body?: unknown
  headers?: Record<string, string | undefined>
}

export interface StubRequest {
  method: string
  path: string
  query: URLSearchParams
  headers: IncomingMessage['headers']
  body: string
}

export interface StubGitHub extends Listening {
  requests: StubRequest[]
}

/** What emulate does not enforce: refusals, limits, pages. Answers with what the test's function says. */
export async function startStubGitHub(
  answer: (request: StubRequest) => StubAnswer | Promise<StubAnswer>,
): Promise<StubGitHub> {
  const requests: StubRequest[] = []
  const listening = await listen((incoming, response) => {
    let body = ''
    incoming.on('data', (part) => {
      body += String(part)
    })
    incoming.on('end', async () => {
      const url = new URL(incoming.url ?? '/', 'http://stub')
      const method = incoming.method ?? 'GET'
      const request = { method, path: url.pathname, query: url.searchParams, headers: incoming.headers, body }
      requests.push(request)
      const { status, body: content = {}, headers = {} } = await answer(request)
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(content))
    })
  })
  return { ...listening, requests }
}
