import type { Problem } from '../../record/problem.ts'
import type { RawRecordsHeader } from '../../suites/performance/raw-header.ts'
import type { Part } from './read-parts.ts'

/** What must be the same for shares of one load: the others say how each host did. */
const SAME = ['model', 'seed', 'workload', 'arrival'] as const satisfies (keyof RawRecordsHeader)[]

/** Why these parts are not shares of one load point, each measured once; empty when they are. */
export function contradictions(parts: readonly Part[]): Problem[] {
  const [first, ...others] = parts
  return first === undefined
    ? []
    : others.flatMap((part, index) => contradiction(part, parts.slice(0, index + 1)) ?? [])
}

function contradiction(part: Part, before: readonly Part[]): Problem | null {
  const { header, file, line } = part
  const [first] = before
  const name = `${header.load} of ${header.scenario}${header.repetition === 1 ? '' : ' again'}`
  const wrong = (message: string, hint?: string): Problem => ({ file, line, field: '', message, hint })
  const whole = [part, ...before].find(({ header: { hostShare } }) => hostShare === null)
  if (whole !== undefined)
    return wrong(
      `${name} is in ${first!.file} too, and ${whole === part ? 'this' : 'that'} is not the share of a host`,
      'give the files of one load at a time',
    )
  for (const field of SAME) {
    const [own, other] = [JSON.stringify(header[field]), JSON.stringify(first!.header[field])]
    if (own !== other)
      return wrong(
        `${name} has ${field} ${own.slice(0, 200)}, but in ${first!.file} ${other.slice(0, 200)}`,
        'all hosts must be given the same options, but for --host-share',
      )
  }
  const [share, firstShare] = [header.hostShare!, first!.header.hostShare!]
  if (share.hosts !== firstShare.hosts)
    return wrong(`${name} is a share among ${share.hosts} hosts, but in ${first!.file} among ${firstShare.hosts}`)
  const same = before.find((other) => other.header.hostShare!.host === share.host)
  if (same === undefined) return null
  return wrong(`share ${share.host}/${share.hosts} of ${name} is in ${same.file} too`)
}
