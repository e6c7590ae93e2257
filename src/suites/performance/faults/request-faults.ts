import type { PointFault } from '../../../record/cell-result.ts'
import type { LoadRun } from '../load/run.ts'
import type { RequestRecord } from '../record.ts'

/**
 * Any failed request voids its point: what failed is missing from the latencies and left its share of the machine to the
 * others, so what remains looks better than it was.
 */
export const MAX_ERROR_SHARE = 0

/** This machine had no file descriptor or no port left: the server was never asked. */
const OWN_LIMIT = /\b(EMFILE|ENFILE|EADDRNOTAVAIL|ENOBUFS|ENOMEM)\b/

/** Failed requests by error class. */
export function failuresByClass(records: readonly RequestRecord[]): Record<string, number> {
  const failed: Record<string, number> = {}
  for (const { outcome } of records)
    if (outcome.state === 'failed') failed[outcome.error] = (failed[outcome.error] ?? 0) + 1
  return failed
}

/**
 * Requests that were never sent, and those that failed. To a server that hangs no more is sent, so that what is left is
 * that server's doing, as the time limits are that it ran into.
 */
export function requestFaults({ records, planned }: Pick<LoadRun, 'records' | 'planned'>): PointFault[] {
  const faults: PointFault[] = []
  const hung = records.some(({ outcome }) => outcome.state === 'failed' && outcome.error === 'timeout')
  if (records.length < planned)
    faults.push({
      code: 'unsent',
      by: hung ? 'server' : 'load',
      voids: 'all',
      reason: `only ${records.length} of ${planned} requests were sent${hung ? ': the server hung' : ''}`,
    })
  const failed = Object.entries(failuresByClass(records))
  const count = failed.reduce((sum, [, requests]) => sum + requests, 0)
  if (count > MAX_ERROR_SHARE * records.length) {
    const classes = failed.map(([error, requests]) => `${requests} × ${error}`).join(', ')
    const example = records.find((record) => record.outcome.state === 'failed')?.outcome
    const detail = example?.state === 'failed' ? `; the first: ${example.detail}` : ''
    const reason = `${count} of ${records.length} requests failed (${classes})${detail}`
    faults.push({ code: 'failed-requests', by: records.some(atOwnLimit) ? 'client' : 'server', voids: 'all', reason })
  }
  return faults
}

function atOwnLimit({ outcome }: RequestRecord): boolean {
  return outcome.state === 'failed' && outcome.error === 'connect' && OWN_LIMIT.test(outcome.detail)
}
