import { describe, expect, it } from 'vitest'
import { fingerprintOf, WORKLOAD_GENERATION } from '../../../src/record/fingerprint.ts'
import { describeDifference, fingerprintDifference } from '../../../src/record/fingerprint-difference.ts'
import { makePlan, plannedCell } from '../../fixtures/cell-results.ts'

const now = fingerprintOf(plannedCell(), makePlan().suites, 1, { state: 'not-probed', reason: 'no tool' })

describe('the fingerprint of a workload', () => {
  it('says of which generation of prompts, items and metrics it is', () => {
    expect(now.workload.generation).toBe(String(WORKLOAD_GENERATION))
  })

  it('differs from a result of before there were generations, and the difference is named', () => {
    const { generation: _, ...older } = now.workload
    const differences = fingerprintDifference({ ...now, workload: older }, now)
    expect(describeDifference(differences)).toBe(`workload generation (none → ${WORKLOAD_GENERATION})`)
  })
})
