import { isLaunched, type MatrixCell } from '../matrix/cells.ts'
import { ENGINE_KINDS } from '../matrix/engine-kinds.ts'
import type { AttachedEngine, Engine, LaunchedEngine, SimulatedEngine } from '../matrix/engine-schema.ts'
import type { Variant } from '../matrix/schema.ts'
import { forHardware, matches } from '../matrix/select.ts'
import { fillTemplate } from '../matrix/template.ts'
import { seedOf } from '../record/seeded-random.ts'
import type { PlannedEngine } from './schema.ts'

const DEFAULT_TIMING = { 'ttft-ms': 60, 'itl-ms': 7, scatter: 0.005 }

/** The engine of one cell with its cases, its variant and the placeholders known by now filled in. */
export function plannedEngine(cell: MatrixCell, variant: Variant | undefined): PlannedEngine {
  const { engine } = cell
  if (engine.kind === 'openai') return attached(cell, engine)
  if (engine.kind === 'simulated') return simulated(cell, engine)
  if (isLaunched(engine)) return launched(cell, engine, variant)
  return engine satisfies never
}

function launched(cell: MatrixCell, engine: LaunchedEngine, variant: Variant | undefined): PlannedEngine {
  const cases = (engine.cases ?? []).filter((each) => matches(each.when, cell))
  const servedModel = servedModelOf(cell, engine)
  const values = {
    checkpoint: cell.checkpoint,
    devices: String(cell.targetEntry.devices),
    nodes: String(cell.targetEntry.nodes),
    'served-model': servedModel,
  }
  const fill = (value: string | number) => fillTemplate(String(value), values)
  const argv = [engine.serve, ...cases.map((each) => each.args), variant?.args].flatMap((part) => part ?? [])
  const env = Object.assign({}, engine.env, ...cases.map((each) => each.env), variant?.env)
  return {
    mode: 'launch',
    name: cell.engineName,
    kind: engine.kind,
    argv: argv.map(fill),
    env: Object.fromEntries(Object.entries<string | number>(env).map(([key, value]) => [key, fill(value)])),
    readyPath: engine['ready-path'] ?? ENGINE_KINDS[engine.kind].defaultReadyPath,
    readyTimeoutSeconds: readyTimeoutSeconds(engine),
    servedModel,
  }
}

function attached(cell: MatrixCell, engine: AttachedEngine): PlannedEngine {
  return {
    mode: 'attach',
    name: cell.engineName,
    kind: engine.kind,
    // Present: cells without an address are a problem before any plan is made.
    url: forHardware(engine.url, cell.target, cell.targetEntry)!,
    apiKeyVariable: engine['api-key-variable'] ?? null,
    readyPath: engine['ready-path'] ?? ENGINE_KINDS[engine.kind].defaultReadyPath,
    readyTimeoutSeconds: readyTimeoutSeconds(engine),
    servedModel: servedModelOf(cell, engine),
  }
}

function simulated(cell: MatrixCell, engine: SimulatedEngine): PlannedEngine {
  const cases = (engine.cases ?? []).filter((each) => matches(each.when, cell))
  const timing: typeof DEFAULT_TIMING = Object.assign({}, DEFAULT_TIMING, engine.timing, ...cases.map((c) => c.timing))
  const faults = [engine.faults, ...cases.map((each) => each.faults)].flatMap((part) => part ?? [])
  return {
    mode: 'simulated',
    name: cell.engineName,
    kind: engine.kind,
    modelSeed: engine['model-seed'] ?? seedOf(cell.model),
    timing: { ttftMs: timing['ttft-ms'], itlMs: timing['itl-ms'], sessionScatter: timing.scatter },
    faults: faults.map((fault) => {
      const [name, side] = fault.split('@') as [string, 'base' | 'head' | undefined]
      return { name, side: side ?? 'both' }
    }),
    readyTimeoutSeconds: readyTimeoutSeconds(engine),
    servedModel: servedModelOf(cell, engine),
  }
}

function servedModelOf(cell: MatrixCell, engine: Engine): string {
  return fillTemplate(engine['served-model'] ?? cell.checkpoint, { checkpoint: cell.checkpoint })
}

function readyTimeoutSeconds(engine: Engine): number {
  return engine['ready-timeout-s'] ?? ENGINE_KINDS[engine.kind].defaultReadyTimeoutSeconds
}
