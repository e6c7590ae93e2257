import { rm, writeFile } from 'node:fs/promises'
import { delimiter, join, resolve } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { mapBounded } from '../bounded.ts'
import type { Comparison } from '../compare/schema.ts'
import { ownFile, ownProgram } from '../engine/own-program.ts'
import { FAULTS } from '../engine/simulator/faults/registry.ts'
import { emulatedDevices } from '../hardware/emulated/state.ts'
import { writeEmulatedTools } from '../hardware/emulated/write-tools.ts'
import type { Plan } from '../plan/schema.ts'
import { sealPlan } from '../plan/seal.ts'
import type { Clock, Progress } from '../ports.ts'
import { formatDocument } from '../record/document.ts'
import { TOOL_VERSION } from '../version.ts'
import { injectFaults, parseInjections } from './demo/injection.ts'
import { prepareOutputDirectory } from './output-directory.ts'
import { createPlan } from './plan.ts'
import { createReport } from './report.ts'
import { runCell } from './run.ts'

/**
 * The whole pipeline on this machine: the demo matrix, base and head measured in pairs against simulated engines,
 * with emulated device tools in front of the path. Only the engines and the devices are simulated; everything else is
 * what a runner does.
 */
export interface DemoOptions {
  out: string
  /** Null takes the matrix file's own. */
  seed: number | null
  /** `FAULT@CELL`, switched on in the head of that cell. */
  inject: readonly string[]
}

export interface Demo {
  comparison: Comparison
  files: string[]
}

/** Nearly all of a cell is waiting for its server; with more at once the client would queue behind itself. */
const CELLS_AT_ONCE = 4

/** V8 lets a busy process grow to several times of what it holds; a demo is a guest on somebody's machine. */
const KEEP_HEAP_SMALL = ['--semi-space-growth-factor=1', '--heap-growing-percent=30']

export async function runDemo(
  options: DemoOptions,
  surroundings: { progress: Progress; clock: Clock; signal: AbortSignal },
): Promise<Demo> {
  for (const flag of KEEP_HEAP_SMALL) setFlagsFromString(flag)
  const out = resolve(options.out)
  const plan = await planDemo(options)
  await prepareOutputDirectory(out)
  // Results of an earlier demo would be read as this one's.
  await rm(join(out, 'cells'), { recursive: true, force: true })
  const planFile = join(out, 'plan.json')
  await writeFile(planFile, formatDocument(plan))
  const environment = await emulateDevices(plan, join(out, 'emulated'))
  await mapBounded(plan.cells, CELLS_AT_ONCE, async (cell) => {
    if (surroundings.signal.aborted) return
    const checkout = process.cwd()
    const commits = { headCommit: null, baseCommit: null }
    const cellOptions = { plan, cellId: cell.id, out, headCheckout: checkout, baseCheckout: checkout, ...commits }
    await runCell({ ...cellOptions, attempt: 1, runner: null }, { ...surroundings, environment })
  })
  const baselineDirectory = null
  const report = await createReport({
    planFile,
    resultsDirectory: out,
    baselineDirectory,
    out,
    headCommit: null,
    baseCommit: null,
  })
  return { comparison: report.comparison, files: report.files }
}

async function planDemo(options: DemoOptions): Promise<Plan> {
  const matrixFiles = [ownFile('matrices/demo.yaml')]
  const plan = await createPlan({ matrixFiles, runnersFile: null, seed: options.seed, toolVersion: TOOL_VERSION })
  const cells = plan.cells.map((cell) => cell.id)
  const injections = parseInjections(
    options.inject,
    cells,
    FAULTS.map((fault) => fault.name),
  )
  return sealPlan(injectFaults(plan, injections))
}

/** Puts `npu-smi` and `nvidia-smi` in front of the path, each showing the devices that its cells were promised. */
async function emulateDevices(plan: Plan, directory: string): Promise<Record<string, string | undefined>> {
  const [node, smi] = ownProgram('smi')
  const targets = plan.cells.map((cell) => cell.target)
  await writeEmulatedTools(directory, node, smi, emulatedDevices(targets))
  return { ...process.env, PATH: `${directory}${delimiter}${process.env.PATH ?? ''}` }
}
