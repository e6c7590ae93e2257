import { coalescedShare, eventsAreTokens, MAX_COALESCED_SHARE } from './metrics/gaps.ts'
import type { MetricPoint } from './metrics/metric.ts'
import type { TokenSource } from './workload/planned.ts'

/** For a person: what the numbers of a point cannot tell, though nothing is wrong with them. */
export function pointRemarks(point: MetricPoint, tokenSource: TokenSource | null): string[] {
  const { answers, server } = point
  if (answers.length === 0) return []
  return [
    ...itlRemarks(point),
    ...lengthRemark(tokenSource),
    ...(answers.every(({ record }) => record.cachedTokens === null) && server?.values.prefixCacheQueries === undefined
      ? ['the server does not tell what its prefix cache served: hits would not be seen']
      : []),
  ]
}

function itlRemarks(point: MetricPoint): string[] {
  const remarks: string[] = []
  const share = coalescedShare(point)
  if (share !== null && share > MAX_COALESCED_SHARE)
    remarks.push(
      `ITL resolution limited: ${(100 * share).toFixed(1)} % of the token events came with others in one read`,
    )
  const untold = point.answers.filter(({ times }) => !times.tokensTold && times.tokenEvents > 0)
  if (untold.length > 0 && !eventsAreTokens(point)) {
    const events = untold.reduce((sum, { times }) => sum + times.tokenEvents, 0)
    const tokens = untold.reduce((sum, { record }) => sum + (record.completionTokens ?? 0), 0)
    remarks.push(
      `no ITL: ${tokens} tokens came in ${events} events and the server does not tell how many in each; ` +
        'TPOT takes the first of them for one token',
    )
  }
  return remarks
}

function lengthRemark(source: TokenSource | null): string[] {
  switch (source) {
    case null:
    case 'tokenizer-file':
    case 'server':
      return []
    case 'calibrated':
      return ['prompt lengths were calibrated by the server’s counts of other prompts, not counted one by one']
    case 'assumed':
      return ['prompt lengths were assumed: nothing here could count tokens']
  }
}
