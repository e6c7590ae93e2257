import type { CheckResponse, Verdict } from './check.ts'
import { evidenceOf, MAX_EVIDENCE } from './evidence.ts'

/** Why there is nothing to read in a response; null when there is. */
export type Obstacle = { kind: 'transport' | 'refused' | 'crashed' | 'not-json'; remark: string }

export function obstacleOf(response: CheckResponse): Obstacle | null {
  switch (response.state) {
    case 'failed':
      return { kind: 'transport', remark: response.error }
    case 'aborted':
      return null
    case 'streamed':
    case 'answered':
      if (response.status !== 200)
        return {
          kind: response.status >= 400 && response.status < 500 ? 'refused' : 'crashed',
          remark: `answered with HTTP ${response.status}`,
        }
      if (response.state === 'answered' && response.json === null)
        return { kind: 'not-json', remark: `the body is not JSON (content type ${response.contentType || 'absent'})` }
      return null
  }
}

/**
 * For checks in which every request must be answered: a verdict when one was not, null when all can be judged. A status
 * or a body that no client can use is the server's fault (`fail`); silence and a broken connection are not an answer
 * (`error`).
 */
export function screen(responses: readonly CheckResponse[]): Verdict | null {
  const found = responses.flatMap((response) => {
    const obstacle = obstacleOf(response)
    return obstacle ? [{ response, obstacle }] : []
  })
  if (found.length === 0) return null
  const faults = found.filter(({ obstacle }) => obstacle.kind !== 'transport')
  const shown = faults.length > 0 ? faults : found
  const { response, obstacle } = shown[0]!
  const reason = `${shown.length} of ${responses.length} requests: ${response.request.id} ${obstacle.remark}`
  return {
    judgement: { state: faults.length > 0 ? 'fail' : 'error', reason },
    // Silence looks the same every time; faults need not.
    evidence: shown
      .slice(0, faults.length > 0 ? MAX_EVIDENCE : 1)
      .map((entry) => evidenceOf(entry.response, entry.obstacle.remark)),
  }
}

/** Things found wrong, each with the response that shows it, as the verdict of an exact check. */
export interface Fault {
  response: CheckResponse
  remark: string
}

export function exactVerdict(faults: readonly Fault[], rest: Omit<Verdict, 'judgement' | 'evidence'> = {}): Verdict {
  if (faults.length === 0) return { judgement: { state: 'pass' }, ...rest }
  const [first] = faults
  const others = faults.length > 1 ? ` (and ${faults.length - 1} more)` : ''
  return {
    judgement: { state: 'fail', reason: `${first!.response.request.id}: ${first!.remark}${others}` },
    evidence: faults.map((fault) => evidenceOf(fault.response, fault.remark)),
    ...rest,
  }
}
