import { subscribe } from 'node:diagnostics_channel'

/**
 * When undici has handed the last byte of a request to its socket, out of its diagnostics channels. They are of the
 * whole process, `fetch` of Node included, so whoever did not ask is passed over.
 */

const bySocket = new WeakMap<object, () => void>()
const byRequest = new WeakMap<object, () => void>()
let subscribed = false

/** Calls `written` after each request on this socket. */
export function onWritten(socket: object, written: () => void): void {
  bySocket.set(socket, written)
  if (subscribed) return
  subscribed = true
  subscribe('undici:client:sendHeaders', (message) => {
    const { request, socket: on } = message as { request: object; socket: object }
    const listener = bySocket.get(on)
    if (listener) byRequest.set(request, listener)
  })
  subscribe('undici:request:bodySent', (message) => byRequest.get((message as { request: object }).request)?.())
}
