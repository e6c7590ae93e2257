/** Runs `work` over `inputs` with at most `limit` at once; the results stand in the order of the inputs. */
export async function mapBounded<T, R>(
  inputs: readonly T[],
  limit: number,
  work: (input: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results = new Array<R>(inputs.length)
  let next = 0
  const lane = async () => {
    while (next < inputs.length) {
      const index = next++
      results[index] = await work(inputs[index]!, index)
    }
  }
  await Promise.all(Array.from({ length: Math.min(Math.max(1, limit), inputs.length) }, lane))
  return results
}
