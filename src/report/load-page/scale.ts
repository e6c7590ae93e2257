/** From values to places on a drawing. Whatever is put in, a finite place inside the drawing comes out. */
export interface Scale {
  /** Where a value stands, rounded to a tenth; values outside of the domain at its nearer end. */
  place(value: number): number
  ticks: readonly number[]
}

/** Beyond this nothing is measured, and differences of two could overflow. */
const LARGEST = 1e15
/** Below this it is nothing, and steps of it would underflow. */
const SMALLEST = 1e-12
const SMALLEST_LOGARITHMIC = 1e-6

/** Even steps; the domain grows to round ends. `range`: places of the lower and the upper end. */
export function linearScale(values: readonly number[], range: readonly [number, number], most = 6): Scale {
  const [least, greatest] = extentOf(values.map(bounded), 0)
  const step = roundStep((greatest - least) / Math.max(1, most - 1))
  const first = Math.floor(least / step + 1e-9)
  const last = Math.max(first + 1, Math.ceil(greatest / step - 1e-9))
  const ticks = Array.from({ length: last - first + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12)))
  return { place: placer(first * step, last * step, range, bounded), ticks }
}

/** Even steps of the logarithm, with a little room at both ends; values that have none stand at the lower end. */
export function logScale(values: readonly number[], range: readonly [number, number], most = 6): Scale {
  const positive = values.map(bounded).filter((value) => value >= SMALLEST_LOGARITHMIC)
  const [least, greatest] = extentOf(positive, 1)
  const room = Math.max(Math.log(1.15), 0.04 * Math.log(greatest / least))
  const [low, high] = [Math.log(least) - room, Math.log(greatest) + room]
  const logarithm = (value: number) => Math.log(Math.max(SMALLEST_LOGARITHMIC, bounded(value)))
  return { place: placer(low, high, range, logarithm), ticks: logTicks(Math.exp(low), Math.exp(high), most) }
}

/** Levels side by side: place of the n-th of `count`. */
export function bandPlace(index: number, count: number, [from, to]: readonly [number, number]): number {
  return round(from + ((index + 0.5) * (to - from)) / Math.max(1, count))
}

export function round(place: number): number {
  return Math.round(place * 10) / 10
}

function placer(
  low: number,
  high: number,
  [from, to]: readonly [number, number],
  transformed: (value: number) => number,
): (value: number) => number {
  return (value) => {
    const part = Math.max(0, Math.min(1, (transformed(value) - low) / (high - low)))
    return round(from + part * (to - from))
  }
}

/** Least and greatest; apart, so that something lies between them. */
function extentOf(values: readonly number[], otherwise: number): [number, number] {
  if (values.length === 0) return [otherwise, otherwise + 1]
  const least = values.reduce((left, right) => Math.min(left, right))
  const greatest = values.reduce((left, right) => Math.max(left, right))
  return greatest - least > 1e-9 * Math.abs(greatest)
    ? [least, greatest]
    : [least, least === 0 ? 1 : least + Math.abs(least) * 0.1]
}

function bounded(value: number): number {
  if (!Number.isFinite(value) || Math.abs(value) < SMALLEST) return 0
  return Math.max(-LARGEST, Math.min(LARGEST, value))
}

/** 1, 2 or 5 times a power of ten. */
function roundStep(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step))
  const lead = step / power
  return power * (lead <= 1.000001 ? 1 : lead <= 2.000001 ? 2 : lead <= 5.000001 ? 5 : 10)
}

/** The densest of several rounds that fits; where the domain is narrow, even steps. */
function logTicks(low: number, high: number, most: number): number[] {
  const inside = (values: readonly number[]) => values.filter((value) => value >= low && value <= high)
  const decades: number[] = []
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++) decades.push(power)
  const rounds = [[1, 2, 5], [1, 3], [1]].map((leads) =>
    inside(decades.flatMap((power) => leads.map((lead) => Number(`${lead}e${power}`)))),
  )
  for (const ticks of rounds) if (ticks.length >= 3 && ticks.length <= most) return ticks
  if (rounds[0]!.length < 3) {
    const step = roundStep((high - low) / Math.max(1, most - 1))
    const first = Math.ceil(low / step)
    const count = Math.min(most, Math.floor(high / step) - first + 1)
    return Array.from({ length: Math.max(0, count) }, (_, index) => Number(((first + index) * step).toPrecision(12)))
  }
  const wide = rounds[2]!
  const every = Math.ceil(wide.length / most)
  return wide.filter((_, index) => index % every === 0)
}
