import { z } from 'zod'
import { name } from './fields.ts'

/**
 * `runners.yaml`: where targets live. Trusted configuration: in CI it is read from the base branch, never from the
 * pull request's head. Labels are bounded so that a cell stays below 1 KB in a job matrix.
 */

/** Printable ASCII without quotes and backslashes. */
const label = z
  .string()
  .max(80)
  .regex(/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/, 'must be printable ASCII without quotes and backslashes')

const pool = z.strictObject({
  group: label.optional().describe('Runner group. Default: none.'),
  labels: z.array(label).min(1).max(8).describe('A job runs where all of them are met.'),
  host: z.enum(['bare', 'docker', 'kubernetes']).describe('How jobs of this pool run.'),
  parallel: z.number().int().positive().max(256).describe('Cells that may run at the same time.'),
})

export const runnersSchema = z.strictObject({
  version: z.literal(1),
  pools: z.record(name, pool),
})
export type Runners = z.infer<typeof runnersSchema>
export type RunnerPool = z.infer<typeof pool>
