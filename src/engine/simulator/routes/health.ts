import { type Route, sendJson, sendText } from '../serving/exchange.ts'

/** vLLM answers 200 with an empty body. */
export const healthRoute: Route = {
  method: 'GET',
  path: '/health',
  answer({ engine, response }) {
    sendText(response, engine.ready ? 200 : 503, 'text/plain; charset=utf-8', '')
  },
}

export const versionRoute: Route = {
  method: 'GET',
  path: '/version',
  answer({ response }) {
    sendJson(response, 200, { version: 'crosschip-simulator' })
  },
}
