import { setTimeout as sleep } from 'node:timers/promises'
import type { TestContext } from 'vitest'
import { answer, scriptedServer } from '../../engine/http/scripted-server.ts'

/** A small OpenAI-compatible server: a word is a token, the template takes ten. */
export interface TokenServerOptions {
  tokenize?: boolean
  /** Closes each connection after its answer, without saying so. */
  closes?: boolean
  /** Parameters answered with 400. */
  refuses?: readonly string[]
  /** Answers with fewer tokens than asked. */
  short?: number
  /** Not at once: a server in the same process that never waits leaves the client no idle moment. */
  answerAfterMs?: number
  /** Takes further chat requests after so many, and never answers. */
  hangsAfter?: number
}

export const TEMPLATE_TOKENS = 10

export async function tokenServer(
  context: Pick<TestContext, 'onTestFinished'>,
  {
    tokenize = true,
    closes = false,
    refuses = [],
    short = 0,
    answerAfterMs = 20,
    hangsAfter = Infinity,
  }: TokenServerOptions = {},
) {
  const load = { running: 0, most: 0, connections: new Set<object>() }
  const server = await scriptedServer(context, async (socket, _, text) => {
    const body = text.slice(text.indexOf('\r\n\r\n') + 4)
    const json = (status: string, value: unknown) => {
      const content = JSON.stringify(value)
      socket.write(
        `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${content.length}\r\n\r\n${content}`,
      )
    }
    if (text.startsWith('GET /v1/models ')) json('200 OK', { data: [{ id: 'toy' }] })
    else if (text.startsWith('POST /tokenize '))
      if (tokenize) json('200 OK', { tokens: JSON.parse(body).prompt.split(' ') })
      else json('404 Not Found', {})
    else if (text.startsWith('GET ')) json('404 Not Found', {})
    else {
      const request = JSON.parse(body)
      load.connections.add(socket)
      const refused = refuses.find((name) => name in request)
      if (refused !== undefined) {
        json('400 Bad Request', { error: { message: `unknown ${refused}` } })
        return
      }
      if (server.requests.filter((other) => other.startsWith('POST /v1/chat/')).length > hangsAfter) return
      load.most = Math.max(load.most, ++load.running)
      await sleep(answerAfterMs)
      load.running--
      const words = request.messages[0].content.split(' ').length
      socket.write(answer(TEMPLATE_TOKENS + words, request.max_tokens - short))
      if (closes) socket.end()
    }
  })
  const chats = () => server.requests.filter((text) => text.startsWith('POST /v1/chat/completions '))
  return Object.assign(server, { load, chats })
}
