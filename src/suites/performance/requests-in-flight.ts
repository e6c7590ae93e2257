/** How many requests ran at any time, by their records: a step function with its integral. */
export interface InFlight {
  /** Mean number of running requests between two times; what runs at `fromMs` where they are equal. */
  mean(fromMs: number, toMs: number): number
}

/** `intervals`: when each request was written and when it ended. */
export function requestsInFlight(intervals: readonly { writtenMs: number; endMs: number }[]): InFlight {
  const starts = Float64Array.from(intervals, ({ writtenMs }) => writtenMs).sort()
  const ends = Float64Array.from(intervals, ({ endMs }) => endMs).sort()
  const startSums = prefixSums(starts)
  const endSums = prefixSums(ends)
  // Σ max(0, t − s) over starts less the same over ends is the time that requests have run until t.
  const ranUntil = (atMs: number) => elapsed(starts, startSums, atMs) - elapsed(ends, endSums, atMs)
  return {
    mean(fromMs, toMs) {
      if (toMs <= fromMs) return countUpTo(starts, fromMs) - countUpTo(ends, fromMs)
      return (ranUntil(toMs) - ranUntil(fromMs)) / (toMs - fromMs)
    },
  }
}

function elapsed(sorted: Float64Array, sums: Float64Array, atMs: number): number {
  const count = countUpTo(sorted, atMs)
  return count * atMs - sums[count]!
}

function prefixSums(sorted: Float64Array): Float64Array {
  const sums = new Float64Array(sorted.length + 1)
  for (let index = 0; index < sorted.length; index++) sums[index + 1] = sums[index]! + sorted[index]!
  return sums
}

/** How many of the ascending values do not exceed the limit. */
function countUpTo(sorted: Float64Array, limit: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const half = (low + high) >> 1
    if (sorted[half]! <= limit) low = half + 1
    else high = half
  }
  return low
}
