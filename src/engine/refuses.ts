import { connect } from 'node:net'

const CONNECT_TIMEOUT_MS = 2_000

/** Whether nobody listens at an address any more. A slow server is not a dead one, nor is a cancel: only a refusal counts. */
export async function refusesConnections(url: string, signal: AbortSignal): Promise<boolean> {
  const { hostname, port, protocol } = new URL(url)
  const host = hostname.replace(/^\[|\]$/g, '')
  const socket = connect({ host, port: Number(port) || (protocol === 'https:' ? 443 : 80), signal })
  socket.setTimeout(CONNECT_TIMEOUT_MS)
  return new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(false))
    socket.once('timeout', () => resolve(false))
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNREFUSED'))
  }).finally(() => socket.destroy())
}
