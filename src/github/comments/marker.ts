/**
 * The first line of our comment, hidden when GitHub renders it. It tells our comment from any other, and from which
 * run and commit it speaks. It counts only at the very start: further down it could be text that a model wrote.
 */
export interface Marker {
  /** Tells the comments of several matrices apart. */
  key: string
  run: number
  attempt: number
  /** The head commit that was tested, or null when it is not known. */
  head: string | null
}

const PATTERN =
  /^<!-- crosschip:v1:key=([A-Za-z0-9._-]{1,64}) run=([1-9]\d{0,15}) attempt=([1-9]\d{0,3}) head=(none|[0-9a-f]{40}(?:[0-9a-f]{24})?) -->(?:\r?\n|$)/

export function formatMarker(marker: Marker): string {
  return `<!-- crosschip:v1:key=${marker.key} run=${marker.run} attempt=${marker.attempt} head=${marker.head ?? 'none'} -->`
}

/** The marker that a comment starts with, or null. */
export function parseMarker(body: string): Marker | null {
  const match = PATTERN.exec(body)
  if (!match) return null
  const [, key, run, attempt, head] = match as unknown as [string, string, string, string, string]
  return { key, run: Number(run), attempt: Number(attempt), head: head === 'none' ? null : head }
}

/** Whether `a` comes from a later run, or a later attempt of the same run, than `b`. GitHub's run ids only grow. */
export function isNewer(a: Marker, b: Marker): boolean {
  return a.run === b.run ? a.attempt > b.attempt : a.run > b.run
}
