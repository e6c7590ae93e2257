/**
 * GitHub refuses a comment above 65,536 characters and drops a job summary above 1 MiB whole (docs.github.com, "Adding
 * a job summary"). Bytes of UTF-8 are counted, since there are never fewer of them; room is left for the publisher.
 */
export const COMMENT_BUDGET_BYTES = 60_000
export const SUMMARY_BUDGET_BYTES = 1_000_000

/** The fullest version that fits. Text is never cut: a step either fits or the next one is tried. */
export function fit<T>(steps: readonly T[], render: (step: T) => string, budgetBytes: number): string {
  let text = ''
  for (const step of steps) {
    text = render(step)
    if (Buffer.byteLength(text) <= budgetBytes) return text
  }
  throw new RangeError(`even the shortest version has ${Buffer.byteLength(text)} bytes, more than ${budgetBytes}`)
}
