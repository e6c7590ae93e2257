import { nowSeconds } from '../api/identity.ts'
import { type Route, sendJson } from '../serving/exchange.ts'

export const modelsRoute: Route = {
  method: 'GET',
  path: '/v1/models',
  answer({ engine, response }) {
    const { model, contextTokens } = engine.options
    const card = { id: model, object: 'model', created: nowSeconds(), owned_by: 'crosschip', root: model, parent: null }
    sendJson(response, 200, { object: 'list', data: [{ ...card, max_model_len: contextTokens }] })
  },
}
