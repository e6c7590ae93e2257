import type { LoadPoint } from '../../record/cell-result.ts'
import type { LoadReport, PointPicture } from '../../record/load-report.ts'
import type { CompatPeer } from '../../record/words.ts'
import { compatView } from '../../suites/performance/compat/registry.ts'
import type { LoadRun } from '../../suites/performance/load/run.ts'
import type { LoadSpec } from '../../suites/performance/load-spec.ts'
import { metricPoint } from '../../suites/performance/metrics/metric-point.ts'
import { pointPicture } from '../../suites/performance/picture.ts'

/** What `load` and `summarise` give. */
export interface LoadResult {
  report: LoadReport
  /** One for each point that was measured to its end or stopped in it. */
  pictures: PointPicture[]
}

/** A point with its picture, and under the definitions of the peers. */
export function addPoint(
  { report, pictures }: LoadResult,
  { point, run }: { point: LoadPoint; run: LoadRun },
  spec: Pick<LoadSpec, 'slo' | 'devices'>,
  peers: readonly CompatPeer[],
): void {
  const { load, repetition } = point
  report.points.push(point)
  pictures.push(pointPicture(load, repetition, run.records, metricPoint(run, spec, point.server)))
  for (const peer of peers)
    report.compat.push({ peer, load, repetition, rows: compatView(peer, run.records, run.durationMs) })
}
