import type { CompatRow } from '../../../record/load-report.ts'
import type { CompatPeer } from '../../../record/words.ts'
import type { RequestRecord } from '../record.ts'
import { aiperfView } from './aiperf.ts'
import { aisbenchView } from './aisbench.ts'
import { sglangView } from './sglang.ts'
import { vllmView } from './vllm.ts'

const VIEWS: Readonly<Record<CompatPeer, (records: readonly RequestRecord[], durationMs: number) => CompatRow[]>> = {
  vllm: vllmView,
  sglang: sglangView,
  aiperf: aiperfView,
  aisbench: aisbenchView,
}

/** The same records under the definitions of a peer, row by row as it prints them. */
export function compatView(peer: CompatPeer, records: readonly RequestRecord[], durationMs: number): CompatRow[] {
  return VIEWS[peer](records, durationMs)
}
