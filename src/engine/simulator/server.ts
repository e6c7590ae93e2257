import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ApiError } from './api/errors.ts'
import { type SimulatorSettings, withDefaults } from './options.ts'
import { ROUTES } from './routes/routes.ts'
import { Engine } from './serving/engine.ts'
import { type Exchange, sendJson } from './serving/exchange.ts'

export interface Simulator {
  /** No trailing slash, no `/v1`. */
  url: string
  port: number
  /** Cuts what is running and frees the port. Idempotent. */
  close(): Promise<void>
}

const HOST = '127.0.0.1'
/** Longer than the pauses of a load test, so that no kept connection is closed under a client's hands. */
const KEEP_ALIVE_MS = 75_000

/**
 * A DeepSeek-V4 inference server on loopback, as far as a client can tell. Throws RangeError for a fault that does not
 * exist, and the error of `listen` when the port is taken.
 */
export async function startSimulator(settings: SimulatorSettings = {}): Promise<Simulator> {
  const options = withDefaults(settings)
  const server = createServer({ noDelay: true, keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: 0 })
  const close = closer(server)
  const engine = new Engine(options, () => {
    void close()
    options.onDeath?.()
  })
  server.on('request', (request, response) => void answer(engine, request, response))
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, HOST, resolve)
  })
  const { port } = server.address() as AddressInfo
  return { url: `http://${HOST}:${port}`, port, close }
}

function closer(server: Server): () => Promise<void> {
  let closed: Promise<void> | undefined
  return () => {
    closed ??= new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
    return closed
  }
}

async function answer(engine: Engine, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const arrivalMs = performance.now()
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  const exchange: Exchange = { engine, request, response, arrivalMs, signal: gone.signal }
  const path = request.url?.split('?')[0] ?? '/'
  try {
    const known = ROUTES.filter((route) => route.path === path)
    const route = known.find(({ method }) => method === request.method)
    if (route) await route.answer(exchange)
    else if (known.length > 0) sendJson(response, 405, { detail: 'Method Not Allowed' })
    else sendJson(response, 404, { detail: 'Not Found' })
  } catch (error) {
    answerError(response, error)
  }
}

function answerError(response: ServerResponse, error: unknown): void {
  // The client left, or the stream is half out: there is nobody to tell, and no way to.
  if (response.headersSent || response.destroyed) {
    response.destroy()
    return
  }
  const known = error instanceof ApiError ? error : new ApiError(500, String(error))
  sendJson(response, known.status, known.body)
}
