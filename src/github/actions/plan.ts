import { access, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { defaultRunnersFile } from '../../commands/matrix-files.ts'
import { createPlan } from '../../commands/plan.ts'
import { strategyMatrix } from '../../plan/strategy.ts'
import { formatDocument } from '../../record/document.ts'
import { EXIT_CODES } from '../../record/words.ts'
import { TOOL_VERSION } from '../../version.ts'
import { PLAN_ARTIFACT } from '../artifacts.ts'
import type { PlanInputs } from '../inputs.ts'
import { PLAN_FILE, sha256 } from '../plan-source.ts'
import { renderPlanTable } from '../plan-table.ts'
import type { ActionSurroundings } from '../surroundings.ts'

/** Expands the matrix, keeps the plan for the other jobs and says which cells will run. Returns the exit code. */
export async function planAction(inputs: PlanInputs, surroundings: ActionSurroundings): Promise<number> {
  const pools = await findPools(inputs)
  const plan = await createPlan({
    matrixFiles: inputs.matrix,
    runnersFile: pools.file,
    seed: inputs.seed,
    toolVersion: TOOL_VERSION,
  })
  const out = inputs.out ?? join(surroundings.run.temporary, 'crosschip')
  const text = formatDocument(plan)
  await mkdir(out, { recursive: true })
  await writeFile(join(out, PLAN_FILE), text)

  const matrix = strategyMatrix(plan)
  surroundings.setOutput('matrix', JSON.stringify(matrix))
  surroundings.setOutput('has-cells', String(plan.cells.length > 0))
  surroundings.setOutput('plan-id', plan.planId)
  surroundings.setOutput('plan-digest', sha256(text))
  const store = await surroundings.artifacts()
  await store.replace(PLAN_ARTIFACT, out, [join(out, PLAN_FILE)])

  const remarks = [...(pools.remark === null ? [] : [pools.remark]), ...plan.remarks]
  for (const remark of remarks) surroundings.annotate('warning', remark)
  await surroundings.summary.add(renderPlanTable(plan, remarks))
  surroundings.progress.note(`${plan.cells.length} cells planned`)
  return EXIT_CODES.pass
}

/**
 * Runner pools say on which machines a pull request's code will run, so they come from the base and not from the pull
 * request. Where the base has none (the pull request that adds them, or no base at all) the head's are used, aloud.
 */
async function findPools(inputs: PlanInputs): Promise<{ file: string | null; remark: string | null }> {
  const { runners, baseCheckout, matrix } = inputs
  if (baseCheckout === null) return { file: runners, remark: null }
  const file = runners ?? defaultRunnersFile(matrix[0] ?? '')
  const trusted = join(baseCheckout, file)
  const there = await access(trusted).then(
    () => true,
    () => false,
  )
  if (there) return { file: trusted, remark: null }
  return { file, remark: `the base has no ${file}: runner pools were read from the pull request's head` }
}
