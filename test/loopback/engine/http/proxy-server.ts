import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import type { TestContext } from 'vitest'

export interface ProxyServer {
  url: string
  port: number
  /** The heads of what it was asked: CONNECT, or a request in absolute form. */
  heads: string[]
}

/**
 * An HTTP proxy on loopback: makes tunnels, and hands requests in absolute form on as they are. `refusal` is what it
 * answers instead. A reset of the server behind it reaches the client as one.
 */
export async function proxyServer(
  context: Pick<TestContext, 'onTestFinished'>,
  refusal: string | null = null,
): Promise<ProxyServer> {
  const sockets = new Set<Socket>()
  const state: ProxyServer = { url: '', port: 0, heads: [] }
  const server = createServer((client) => {
    sockets.add(client)
    client.on('error', () => {})
    let waiting = Buffer.alloc(0)
    const read = (bytes: Buffer) => {
      waiting = Buffer.concat([waiting, bytes])
      const end = waiting.indexOf('\r\n\r\n')
      if (end < 0) return
      client.off('data', read)
      const head = waiting.toString('latin1', 0, end)
      state.heads.push(head)
      if (refusal !== null) {
        client.write(refusal)
        return
      }
      const [, connecting, address] = /^(?:(CONNECT) |\w+ http:\/\/)([^\s/]+)/.exec(head)!
      const { hostname, port } = new URL(`http://${address}`)
      const upstream = connect(Number(port), hostname.replace(/^\[|\]$/g, ''))
      sockets.add(upstream)
      if (connecting) client.write('HTTP/1.1 200 Connection established\r\n\r\n')
      upstream.write(connecting ? waiting.subarray(end + 4) : waiting)
      client.pipe(upstream).pipe(client)
      upstream.on('error', () => client.resetAndDestroy())
      client.on('close', () => upstream.destroy())
    }
    client.on('data', read)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  state.port = (server.address() as AddressInfo).port
  state.url = `http://127.0.0.1:${state.port}`
  context.onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return state
}
