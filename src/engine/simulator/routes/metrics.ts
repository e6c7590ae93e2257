import { type Route, sendText } from '../serving/exchange.ts'

export const metricsRoute: Route = {
  method: 'GET',
  path: '/metrics',
  answer({ engine, response }) {
    const text = engine.metrics.render(engine.options.model)
    sendText(response, 200, 'text/plain; version=0.0.4; charset=utf-8', text)
  },
}
