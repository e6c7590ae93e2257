import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { type Plan, planSchema } from '../plan/schema.ts'
import { MAX_DOCUMENT_BYTES, requireDocument } from '../record/document.ts'
import { ConfigurationError } from '../record/problem.ts'
import { type ArtifactStore, PLAN_ARTIFACT } from './artifacts.ts'

/** Name of the plan inside its artifact and in every output folder. */
export const PLAN_FILE = 'plan.json'

export interface PlanSource {
  /** A file the user named, or null for the artifact of this run. */
  file: string | null
  /** SHA-256 of the bytes that the plan job made; null when nobody said. */
  digest: string | null
}

/**
 * The plan of this run, with its text. A cell job runs the pull request's code and could upload another plan, so the
 * digest that came through the plan job's outputs decides. Throws {@link ConfigurationError}.
 */
export async function loadPlan(
  source: PlanSource,
  artifacts: () => Promise<ArtifactStore>,
): Promise<{ plan: Plan; text: string }> {
  const name = source.file ?? `artifact ${PLAN_ARTIFACT}`
  const text = source.file === null ? await fetchPlan(await artifacts()) : await readPlan(source.file)
  if (source.digest !== null && source.digest !== sha256(text))
    throw problem(name, 'is not the plan that the plan job made (SHA-256 differs)', 'run the whole workflow again')
  return { plan: requireDocument(planSchema, text, name), text }
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

async function readPlan(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw problem(file, `cannot be read: ${(error as Error).message}`, 'input `plan` names it')
  }
}

/** The newest, since an attempt that was run again as a whole makes its own. */
async function fetchPlan(store: ArtifactStore): Promise<string> {
  const name = `artifact ${PLAN_ARTIFACT}`
  const found = (await store.list()).findLast((artifact) => artifact.name === PLAN_ARTIFACT)
  if (!found) throw problem(name, 'is not in this run', 'look at the plan job: it uploads it before any cell starts')
  const reading = await store.read(found, PLAN_FILE, MAX_DOCUMENT_BYTES)
  if (reading.state === 'invalid') throw problem(name, reading.reason)
  return reading.text
}

function problem(file: string, message: string, hint?: string): ConfigurationError {
  return new ConfigurationError([{ file, field: '', message, hint }])
}
