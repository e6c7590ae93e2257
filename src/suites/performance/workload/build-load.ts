import { setImmediate as nextTurn } from 'node:timers/promises'
import { mapBounded } from '../../../bounded.ts'
import type { Endpoint } from '../../../engine/endpoint.ts'
import { MAX_CONVERSATIONS } from '../../../plan/load.ts'
import type { Progress } from '../../../ports.ts'
import { ConfigurationError } from '../../../record/problem.ts'
import { seedOf } from '../../../record/seeded-random.ts'
import type { LoadSpec } from '../load-spec.ts'
import type { ServerProbe } from '../probe.ts'
import { agenticSource } from './agentic.ts'
import { datasetSource } from './dataset.ts'
import type { SessionSource, WorkloadContext } from './draft.ts'
import { diskFiles, type FileReader } from './file-reader.ts'
import { multiTurnSource } from './multi-turn.ts'
import type { BuiltLoad, PlannedRequest, PlannedSession } from './planned.ts'
import { RequestShelf } from './request-shelf.ts'
import { sharedPrefixSource } from './shared-prefix.ts'
import { singleSource } from './single.ts'
import { TextWriter } from './text-writer.ts'
import { chooseRuler } from './token-ruler.ts'
import { traceSource } from './trace.ts'
import type { WordCostMemory } from './word-costs.ts'

/** Of one load point: {@link MAX_CONVERSATIONS}, here called sessions. */
export const MAX_SESSIONS = MAX_CONVERSATIONS
/** Sessions under way at once while the server counts their tokens. */
const SESSIONS_AT_ONCE = 8

export interface BuildOptions {
  endpoint: Endpoint
  spec: LoadSpec
  probe: Pick<ServerProbe, 'extensions' | 'calibration'>
  /** A `tokenizer.json`, or the folder that holds it; null to let the server count. */
  tokenizerFile: string | null
  signal: AbortSignal
  progress: Progress
  files?: FileReader
  /** What earlier load points of the same engine found out; asked anew when absent. */
  memory?: WordCostMemory
}

/**
 * Everything that a load point sends, made before its clock runs. The same specification, tokenizer and template give the
 * same bytes. Throws ConfigurationError for a file or a size that the user must mend, and the signal's reason on an abort.
 */
export async function buildLoad(options: BuildOptions): Promise<BuiltLoad> {
  const { endpoint, spec, probe, tokenizerFile, signal, progress, files = diskFiles } = options
  refuseEndless(spec)
  const { ruler, remarks } = await chooseRuler({
    endpoint,
    calibration: probe.calibration,
    tokenizerFile,
    files,
    signal,
  })
  const writer = await TextWriter.create(ruler, undefined, options.memory)
  const context: WorkloadContext = {
    seed: seedOf(spec.seed, spec.scenario, spec.load),
    pointSeed: seedOf(spec.seed, spec.scenario),
    sessions: spec.sessions,
    warmup: spec.warmupRequests,
    writer,
    endpoint,
    files,
    signal,
    remark: (text) => remarks.push(text),
  }
  const source = await sourceOf(spec, context)
  signal.throwIfAborted()
  const shelf = new RequestShelf(endpoint, spec, probe.extensions, source.tools)
  const total = source.sessions + spec.warmupRequests
  let done = 0
  // A file's tokenizer counts in this thread, in one order: then what it may trust is the same each time.
  const atOnce = ruler.source === 'tokenizer-file' ? 1 : SESSIONS_AT_ONCE
  const planned = await mapBounded(Array.from({ length: total }), atOnce, async (_, index): Promise<PlannedSession> => {
    // Without a pause a local tokenizer would let neither a cancel nor the progress through.
    await nextTurn()
    signal.throwIfAborted()
    const warmup = index >= source.sessions
    const draft = await source.session(index, warmup ? 1 : Number.POSITIVE_INFINITY)
    const session = warmup ? index - source.sessions : index
    const requests = draft.requests.map((request, turn) => shelf.prepare(request, session, turn, warmup))
    progress.step('prompts', ++done, total)
    shelf.foresee(done, total)
    return { atMs: draft.atMs, requests }
  })
  if (writer.lengthened > 0)
    remarks.push(`${writer.lengthened} texts are longer than asked: template and salt need more`)
  if (writer.inexact > 0) remarks.push(`${writer.inexact} texts could not be made exact`)
  return {
    warmup: planned.slice(source.sessions).flatMap(({ requests }): readonly PlannedRequest[] => requests),
    sessions: planned.slice(0, source.sessions),
    tokenSource: ruler.source,
    templateTokens: source.templateTokens,
    remarks,
  }
}

async function sourceOf({ workload }: LoadSpec, context: WorkloadContext): Promise<SessionSource> {
  switch (workload.kind) {
    case 'single':
      return singleSource(workload, context)
    case 'shared-prefix':
      return sharedPrefixSource(workload, context)
    case 'multi-turn':
      return await multiTurnSource(workload, context)
    case 'agentic':
      return await agenticSource(workload, context)
    case 'dataset':
      return await datasetSource(workload, context)
    case 'trace':
      return await traceSource(workload, context)
  }
}

/** Only a file says by itself how many sessions there are. */
function refuseEndless({ scenario, load, workload, sessions }: LoadSpec): void {
  if (sessions <= MAX_SESSIONS || workload.kind === 'dataset' || workload.kind === 'trace') return
  const message = `${load} asks a workload of kind ${workload.kind} for ${sessions} sessions, at most ${MAX_SESSIONS}`
  const hint = 'a load without a count needs a trace or a data set'
  throw new ConfigurationError([{ file: `scenario ${scenario}`, field: 'arrivals', message, hint }])
}
