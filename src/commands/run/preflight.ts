import { judgeHealth } from '../../hardware/health.ts'
import { probeHardware } from '../../hardware/probe.ts'
import type { PlannedCell } from '../../plan/schema.ts'
import type { CellDraft } from './cell-draft.ts'
import { CellStopped } from './cell-stopped.ts'

/**
 * Looks at the devices before anything is started: the label of a runner is a promise, the device tool tells what the
 * job really got. Fewer or unhealthy devices end the cell as infrastructure; a machine without the tool is remarked,
 * since an attached server may run elsewhere. Throws the signal's reason after a cancel.
 */
export async function preflight(
  cell: PlannedCell,
  draft: CellDraft,
  environment: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<void> {
  if (cell.engine.mode === 'attach') {
    draft.hardware = {
      state: 'not-probed',
      reason: 'the server is reached by URL; its devices are not on this machine',
    }
    return
  }
  draft.hardware = await probeHardware(cell.target.vendor, { environment, signal })
  signal.throwIfAborted()
  const health = judgeHealth(draft.hardware, cell.target.devices)
  switch (health.state) {
    case 'healthy':
      return
    case 'unverified':
      draft.remark(`the devices could not be verified: ${health.reason}`)
      return
    case 'unhealthy':
      throw new CellStopped({
        state: 'infrastructure',
        stage: 'preflight',
        side: null,
        message: health.reasons.join('; '),
      })
  }
}
