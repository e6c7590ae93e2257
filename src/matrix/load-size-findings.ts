import { type Arrival, MAX_CONVERSATIONS } from '../plan/load.ts'
import { plannedConversations } from '../plan/requests.ts'
import type { Finding } from './findings.ts'
import { listEntries, part } from './loose.ts'
import {
  DEFAULT_DURATION_SECONDS,
  DEFAULT_REQUESTS_PER_STREAM,
  MAX_LOAD_POINTS,
  scenarioSchema,
} from './scenario-schema.ts'
import type { FieldPath } from './yaml-source.ts'

/** Load points of more conversations than a run will make; a file says by itself how many it holds. */
export function loadSizeFindings(scenario: Record<string, unknown>, path: FieldPath): Finding[] {
  if (Object.hasOwn(scenario, 'dataset') || Object.hasOwn(scenario, 'trace')) return []
  const { shape } = scenarioSchema
  const stream = shape['requests-per-stream'].safeParse(scenario['requests-per-stream'])
  const duration = shape['duration-seconds'].safeParse(scenario['duration-seconds'])
  const length = {
    requestsPerStream: stream.success ? stream.data : DEFAULT_REQUESTS_PER_STREAM,
    durationSeconds: duration.success ? duration.data : DEFAULT_DURATION_SECONDS,
  }
  return levelsOf(scenario).flatMap(({ field, arrival }): Finding[] => {
    const asked = plannedConversations(length, arrival) ?? 0
    if (asked <= MAX_CONVERSATIONS) return []
    const closed = arrival.kind === 'closed'
    const [key, now] = closed
      ? ['requests-per-stream', length.requestsPerStream]
      : ['duration-seconds', length.durationSeconds]
    const message = `with ${key} ${now} this makes ${asked} conversations, must be at most ${MAX_CONVERSATIONS}`
    return [{ path: [...path, ...field], message, hint: mend(key, (now * MAX_CONVERSATIONS) / asked) }]
  })
}

function mend(key: string, most: number): string {
  return most >= 1 ? `${key}: ${Math.floor(most)} is possible, or ask for less at once` : 'ask for less at once'
}

interface Level {
  field: FieldPath
  arrival: Arrival
}

/** Those whose form is right. */
function levelsOf(scenario: Record<string, unknown>): Level[] {
  const { concurrency, rates, ramp } = scenarioSchema.shape
  const law = { law: 'poisson', burstiness: 1, maxConcurrency: 1 } as const
  const levels = (list: unknown) => listEntries(list).slice(0, MAX_LOAD_POINTS)
  const closed = concurrency.unwrap().element
  const open = rates.unwrap().element
  const rising = ramp.safeParse(part(scenario, 'ramp'))
  return [
    ...levels(scenario.concurrency).flatMap(([index, value]): Level[] => {
      const level = closed.safeParse(value)
      const field = ['concurrency', index]
      return level.success ? [{ field, arrival: { kind: 'closed', concurrency: level.data } }] : []
    }),
    ...levels(scenario.rates).flatMap(([index, value]): Level[] => {
      const level = open.safeParse(value)
      const field = ['rates', index]
      return level.success ? [{ field, arrival: { kind: 'open', requestsPerSecond: level.data, ...law } }] : []
    }),
    ...(rising.success && rising.data
      ? [
          {
            field: ['ramp'],
            arrival: { kind: 'ramp', fromPerSecond: rising.data.from, toPerSecond: rising.data.to, ...law },
          } as const,
        ]
      : []),
  ]
}
