import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { type Plan, planSchema } from '../plan/schema.ts'
import { MAX_DOCUMENT_BYTES, requireDocument } from '../record/document.ts'
import { ConfigurationError } from '../record/problem.ts'
import { ArtifactServiceError, type ArtifactStore, PLAN_ARTIFACT } from './artifacts.ts'

/** Name of the plan inside its artifact and in every output folder. */
export const PLAN_FILE = 'plan.json'

const MAX_PLANS_LOOKED_AT = 10

export interface PlanSource {
  /** A file the user named, or null for the artifact of this run. */
  file: string | null
  /** SHA-256 of the bytes that the plan job made; null when nobody said. */
  digest: string | null
}

/**
 * The plan of this run, with its text. A cell job runs the pull request's code and could upload another plan, so the
 * digest that came through the plan job's outputs decides. Throws {@link ConfigurationError}, and
 * {@link ArtifactServiceError} where the service may have the right plan and does not give it.
 */
export async function loadPlan(
  source: PlanSource,
  artifacts: () => Promise<ArtifactStore>,
): Promise<{ plan: Plan; text: string }> {
  const { file, digest } = source
  const name = file ?? `artifact ${PLAN_ARTIFACT}`
  const text = file === null ? await fetchPlan(await artifacts(), digest) : await readPlan(file)
  if (digest !== null && digest !== sha256(text))
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

/**
 * The artifact with the right digest, or the newest: an attempt that was run again as a whole makes its own plan, and
 * another one of this name must not be able to stand in the way of the right one.
 */
async function fetchPlan(store: ArtifactStore, digest: string | null): Promise<string> {
  const name = `artifact ${PLAN_ARTIFACT}`
  const found = (await store.list()).filter((artifact) => artifact.name === PLAN_ARTIFACT).reverse()
  if (found.length === 0)
    throw problem(name, 'is not in this run', 'look at the plan job: it uploads it before any cell starts')
  const refused: string[] = []
  const texts: string[] = []
  let unavailable: string | null = null
  for (const artifact of found.slice(0, MAX_PLANS_LOOKED_AT)) {
    const reading = await store.read(artifact, PLAN_FILE, MAX_DOCUMENT_BYTES)
    if (reading.state === 'unavailable') unavailable = reading.reason
    else if (reading.state === 'invalid') refused.push(reading.reason)
    else if (digest === null || digest === sha256(reading.text)) return reading.text
    else texts.push(reading.text)
  }
  if (unavailable !== null) throw new ArtifactServiceError(`${name}: ${unavailable}`)
  if (texts[0] === undefined) throw problem(name, refused.join('; '))
  return texts[0]
}

function problem(file: string, message: string, hint?: string): ConfigurationError {
  return new ConfigurationError([{ file, field: '', message, hint }])
}
