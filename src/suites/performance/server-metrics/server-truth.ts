import type { PointFault, ServerCounts } from '../../../record/cell-result.ts'
import type { RequestRecord } from '../record.ts'
import { agreementFaults } from './agreement.ts'
import { serverCounts } from './difference.ts'
import type { ServerObservation } from './watch.ts'

export interface ServerTruth {
  server: ServerCounts | null
  faults: PointFault[]
}

/**
 * The server's side of one load point: its counts, and where they void the point. `records`: every request that was
 * sent between the two scrapes. Without metrics there are still the times that the answers themselves carry.
 */
export function serverTruth(
  observation: ServerObservation | null,
  records: readonly RequestRecord[],
  templateTokens: number,
): ServerTruth {
  if (observation === null)
    return { server: null, faults: agreementFaults({ counts: NOTHING_COUNTED, records, templateTokens }) }
  const { counts, faults } = serverCounts(observation.before, observation.after, observation.between)
  return { server: counts, faults: [...faults, ...agreementFaults({ counts, records, templateTokens })] }
}

const NOTHING_COUNTED: ServerCounts = { dialect: 'none', values: {} }
