import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { TestContext } from 'vitest'
import { answer, scriptedServer } from '../../../engine/http/scripted-server.ts'

export interface ChatServerOptions {
  answerAfterMs?: number
  /** Takes further requests after so many, and never answers. */
  hangsAfter?: number
  /** Closes each connection after its answer, without saying so. */
  closes?: boolean
  /** Closes a connection that was idle for so long. */
  closesIdleAfterMs?: number
}

/** Answers every chat request with the tokens asked for, and notes what ran on which connection. */
export async function chatServer(
  context: Pick<TestContext, 'onTestFinished'>,
  { answerAfterMs = 5, hangsAfter = Infinity, closes = false, closesIdleAfterMs }: ChatServerOptions = {},
) {
  /** In the order of coming. */
  const taken: { id: string; connection: number; running: number }[] = []
  const connections = new Map<Socket, number>()
  let running = 0
  const server = await scriptedServer(context, async (socket, request, text) => {
    if (!connections.has(socket)) connections.set(socket, connections.size)
    const id = /x-request-id: (\S+)/i.exec(text)![1]!
    const maxTokens = Number(/"max_tokens":(\d+)/.exec(text)![1])
    taken.push({ id, connection: connections.get(socket)!, running: ++running })
    if (request >= hangsAfter) return
    await sleep(answerAfterMs)
    running--
    socket.write(answer(7, maxTokens))
    if (closes) socket.end()
    else if (closesIdleAfterMs !== undefined) socket.setTimeout(closesIdleAfterMs, () => socket.end())
  })
  const ids = () => taken.map(({ id }) => id)
  const mostAtOnce = () => taken.reduce((most, one) => Math.max(most, one.running), 0)
  return Object.assign(server, { taken, ids, mostAtOnce })
}
