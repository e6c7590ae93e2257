/** `3` or `2 to 5`: the least and the greatest of some whole numbers, for a reason. */
export function range(values: readonly number[]): string {
  const least = values.reduce((left, right) => Math.min(left, right), Number.POSITIVE_INFINITY)
  const most = values.reduce((left, right) => Math.max(left, right), Number.NEGATIVE_INFINITY)
  return least === most ? `${least}` : `${least} to ${most}`
}
