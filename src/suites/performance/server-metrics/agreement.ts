import type { PointFault, ServerCounts } from '../../../record/cell-result.ts'
import type { RequestRecord } from '../record.ts'
import { cacheAgreement } from './cache-agreement.ts'
import { firstTokenAgreement } from './first-token-agreement.ts'
import { tokenAgreement } from './token-agreement.ts'

/** What both sides say of the same requests. */
export interface BothSides {
  /** Increases between the two scrapes. */
  counts: ServerCounts
  /** Every request that was sent between the two scrapes, however it ended. */
  records: readonly RequestRecord[]
  /** Of the chat template, around one message: any prompt may find these in a cache. */
  templateTokens: number
}

/** Where the server's own counts and times contradict the client's records. Empty when they agree or nothing can be told. */
export function agreementFaults(sides: BothSides): PointFault[] {
  return [tokenAgreement(sides), firstTokenAgreement(sides), cacheAgreement(sides)].filter((fault) => fault !== null)
}
