/**
 * Adjusted p values that control the false discovery rate (Benjamini and Hochberg 1995; R's `p.adjust(p, "BH")`), in
 * the order given.
 */
export function benjaminiHochberg(pValues: readonly number[]): number[] {
  const total = pValues.length
  const descending = pValues.map((_, index) => index).sort((left, right) => pValues[right]! - pValues[left]!)
  const adjusted = new Array<number>(total)
  let smallest = 1
  descending.forEach((index, position) => {
    smallest = Math.min(smallest, (pValues[index]! * total) / (total - position))
    adjusted[index] = smallest
  })
  return adjusted
}
