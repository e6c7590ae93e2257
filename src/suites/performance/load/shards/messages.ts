import type { NetworkSettings } from '../../../../engine/http/connection.ts'
import { type EventColumns, EventLog } from '../../event-log.ts'
import type { RequestRecord } from '../../record.ts'
import type { ClientObservation } from '../../validity/observation.ts'
import type { LiveSnapshot } from '../live-statistics.ts'
import type { LoadRun } from '../run.ts'
import type { Load } from './split.ts'

/** What a thread gets when it starts. */
export interface ShardTask {
  load: Load
  url: string
  network: NetworkSettings | null
  keepAlive: boolean
  requestTimeoutMs: number
}

/** `atMs` is on {@link threadsClock}. */
export type ToShard = { kind: 'start'; atMs: number } | { kind: 'stop'; reason: string }

/** `run` holds what had ended, also when the thread was stopped. */
export type FromShard =
  | { kind: 'warm' }
  | { kind: 'live'; snapshot: LiveSnapshot }
  | { kind: 'ended'; run: SentRun; observation: ClientObservation | null }
  | { kind: 'failed'; message: string }

export type SentRun = Omit<LoadRun, 'records'> & {
  records: (Omit<RequestRecord, 'events'> & { events: EventColumns })[]
}

/** One clock for all threads of a process; `performance.now()` starts anew in each. */
export const threadsClock = {
  date: () => new Date().toISOString(),
  monotonicMs: () => Number(process.hrtime.bigint()) / 1e6,
}

/** The run and its buffers, which are handed over rather than copied. */
export function packRun(run: LoadRun): { run: SentRun; transfer: ArrayBuffer[] } {
  const transfer: ArrayBuffer[] = []
  const records = run.records.map((record) => {
    const events = record.events.columns()
    for (const column of [events.readAtMs, events.read, events.offset, events.class, events.tokens])
      transfer.push(column.buffer)
    return { ...record, events }
  })
  return { run: { ...run, records }, transfer }
}

export function unpackRun({ records, ...run }: SentRun): LoadRun {
  return { ...run, records: records.map((record) => ({ ...record, events: EventLog.fromColumns(record.events) })) }
}
