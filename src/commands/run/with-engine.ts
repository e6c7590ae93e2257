import { setMaxListeners } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { EngineEnd, RunningEngine } from '../../engine/endpoint.ts'
import { describeEngineEnd } from '../../engine/endpoint.ts'
import { engineKind } from '../../engine/kinds/registry.ts'
import { refusesConnections } from '../../engine/refuses.ts'
import { type EngineStart, startEngine } from '../../engine/start.ts'
import type { PlannedEngine } from '../../plan/schema.ts'
import type { CellStage } from '../../record/cell-result.ts'
import type { CellDraft } from './cell-draft.ts'
import { CellStopped } from './cell-stopped.ts'

/** The end of a process is told a moment after its port is gone. */
const DEATH_NOTICE_MS = 2_000
/** How long a process may take from its first broken connection to its closed port. */
const LAST_BREATH_MS = 250

/**
 * One server life around some work: start, wait, work while watching the process, stop. `work` gets a signal that also
 * aborts when the server dies, so that nothing waits for answers that cannot come.
 */
export async function withEngine<T>(
  engine: PlannedEngine,
  start: EngineStart,
  draft: CellDraft,
  stage: CellStage,
  work: (running: RunningEngine, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const running = await startEngine(engine, start)
  const death = new AbortController()
  let epitaph: Epitaph | undefined
  void running.ended.then((end) => {
    epitaph = describeDeath(end)
    death.abort('the server died')
  })
  try {
    const signal = AbortSignal.any([start.signal, death.signal])
    setMaxListeners(0, signal)
    const version = await engineKind(engine.kind)?.version(running.endpoint, signal)
    draft.describeEngine(start.side, version ?? null, running.command)
    const result = await work(running, signal)
    epitaph ??= await unnoticedDeath(running, start.signal)
    if (epitaph === undefined) return result
  } catch (error) {
    // After a cancel every connection is broken, by us; the time that is left belongs to the result.
    if (start.signal.aborted) throw error
    // Connections of a dying process break before its port is closed.
    await Promise.race([running.ended, sleep(LAST_BREATH_MS)])
    epitaph ??= await unnoticedDeath(running, start.signal)
    if (epitaph === undefined) throw error
  } finally {
    await running.stop()
  }
  const message = `the ${start.side}'s server ${epitaph(stage)}`
  throw new CellStopped({ state: 'infrastructure', stage, side: start.side, message })
}

/** What became of a server, to be said after its name; the stage is known only where the cell ends. */
type Epitaph = (stage: CellStage) => string

function describeDeath(end: EngineEnd): Epitaph {
  if (end.state !== 'exited') return (stage) => `was lost during ${stage}: ${describeEngineEnd(end)}`
  const how = end.signal ? `signal ${end.signal}` : `exit code ${end.code}`
  const lastLine = end.logTail.trim().split('\n').at(-1)
  return (stage) => `exited by itself during ${stage} (${how})${lastLine ? `; last output: ${lastLine}` : ''}`
}

/**
 * A death in the last moment of the work, or of a server whose process is not ours to watch: its port refuses, though
 * nobody has told us yet. Without this a dead server would be taken for one that answers badly, or for a good one.
 */
async function unnoticedDeath(running: RunningEngine, cancelled: AbortSignal): Promise<Epitaph | undefined> {
  if (!(await refusesConnections(running.endpoint.url, cancelled))) return undefined
  const notice = sleep(DEATH_NOTICE_MS, undefined, { signal: cancelled }).catch(() => undefined)
  const end = await Promise.race([running.ended, notice])
  if (end !== undefined) return describeDeath(end)
  return (stage) => `was lost during ${stage}: nothing listens at ${running.endpoint.url} any more`
}
