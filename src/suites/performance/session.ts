import type { Progress } from '../../ports.ts'
import type { PointFault } from '../../record/cell-result.ts'
import { seedOf } from '../../record/seeded-random.ts'
import { sessionDrift } from './drift.ts'
import type { LoadSpec } from './load-spec.ts'
import { type LoadSurroundings, type MeasuredPoint, measureLoadPoint } from './measure.ts'
import { type ReferenceStream, startReferenceStream } from './validity/reference-stream.ts'

export interface SessionOptions extends Omit<LoadSurroundings, 'reference'> {
  /** In their order. */
  specs: readonly LoadSpec[]
  /** Measure the first again at the end, to see whether the server is still the same. */
  repeatFirst: boolean
  /** Of one point, for a person. */
  progressFor: (spec: LoadSpec, repetition: 1 | 2) => Progress
  /** Takes a point as soon as it is measured, an interrupted one included. */
  keep: (measured: MeasuredPoint, spec: LoadSpec) => Promise<void>
}

/**
 * All load points of one server life. When the first one, measured again last, shows that the server has changed, the
 * fault that this is for every point is returned. Throws the signal's reason once what was measured until then is kept.
 */
export async function measureSession(options: SessionOptions): Promise<PointFault | null> {
  const started = options.threads > 1 ? null : await startReferenceStream()
  const reference = started?.state === 'running' ? started.stream : null
  try {
    return await measureBeside(reference, options)
  } finally {
    await reference?.stop()
  }
}

async function measureBeside(reference: ReferenceStream | null, options: SessionOptions): Promise<PointFault | null> {
  const { specs, repeatFirst, keep, signal } = options
  const surroundings = { ...options, reference }
  const measure = async (spec: LoadSpec, repetition: 1 | 2) => {
    signal.throwIfAborted()
    const measured = await measureLoadPoint(spec, repetition, surroundings, options.progressFor(spec, repetition))
    await keep(measured, spec)
    if (measured.interrupted) signal.throwIfAborted()
    return measured
  }
  let first: MeasuredPoint | null = null
  for (const spec of specs) {
    const measured = await measure(spec, 1)
    first ??= measured
  }
  const again = specs[0]
  if (!repeatFirst || first === null || again === undefined || !canRepeat(specs)) return null
  // Other prompts, or a prefix cache would answer for the server.
  const repeated = await measure({ ...again, seed: seedOf(again.seed, 'again') }, 2)
  return sessionDrift(first.run, repeated.run, again)
}

/** One point has nothing between it and itself; the prompts of a file cannot be others. */
function canRepeat(specs: readonly LoadSpec[]): boolean {
  const kind = specs[0]?.workload.kind
  return specs.length > 1 && kind !== 'dataset' && kind !== 'trace'
}
