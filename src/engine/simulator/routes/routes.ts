import type { Route } from '../serving/exchange.ts'
import { chatRoute } from './chat.ts'
import { completionsRoute } from './completions.ts'
import { healthRoute, versionRoute } from './health.ts'
import { metricsRoute } from './metrics.ts'
import { modelsRoute } from './models.ts'
import { detokenizeRoute, tokenizeRoute } from './tokenize.ts'

export const ROUTES: readonly Route[] = [
  healthRoute,
  versionRoute,
  modelsRoute,
  metricsRoute,
  chatRoute,
  completionsRoute,
  tokenizeRoute,
  detokenizeRoute,
]
