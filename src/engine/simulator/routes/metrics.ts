import { type Route, sendText } from '../serving/exchange.ts'
import { metricsPage } from '../serving/metrics-page.ts'

export const metricsRoute: Route = {
  method: 'GET',
  path: '/metrics',
  answer({ engine, response }) {
    const { metricsDialect, model } = engine.options
    const text = metricsPage(engine.measured(), metricsDialect, model)
    sendText(response, 200, 'text/plain; version=0.0.4; charset=utf-8', text)
  },
}
