import { connect } from 'node:net'

const CONNECT_TIMEOUT_MS = 2_000

/** Whether nobody listens at an address any more. A slow server is not a dead one: only a refusal counts. */
export async function refusesConnections(url: string): Promise<boolean> {
  const { hostname, port, protocol } = new URL(url)
  const host = hostname.replace(/^\[|\]$/g, '')
  const socket = connect({ host, port: Number(port) || (protocol === 'https:' ? 443 : 80) })
  socket.setTimeout(CONNECT_TIMEOUT_MS)
  return new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(false))
    socket.once('timeout', () => resolve(false))
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNREFUSED'))
  }).finally(() => socket.destroy())
}
