import { createHash } from 'node:crypto'
import { canonicalJson } from './canonical.ts'
import type { Plan } from './schema.ts'

/**
 * The plan with the identity of its content: the SHA-256 of everything except the identity itself, the schema and the
 * version of the tool, as canonical JSON. Must be called again after anything in a plan was changed.
 */
export function sealPlan(plan: Omit<Plan, 'planId'>): Plan {
  const { schema, toolVersion, planId: _, ...content } = plan as Plan
  const planId = createHash('sha256').update(canonicalJson(content)).digest('hex')
  return { schema, toolVersion, planId, ...content }
}
