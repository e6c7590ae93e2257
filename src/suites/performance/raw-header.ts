import { z } from 'zod'
import { arrivalSchema, sloSchema, workloadSchema } from '../../plan/load.ts'
import { clientStateSchema, pointFaultSchema, serverCountsSchema } from '../../record/cell-result.ts'
import { TOKEN_SOURCES } from './workload/planned.ts'

/**
 * What stands before the raw records of one load point: which point it is, and everything that its metrics and its faults
 * are derived from besides the records themselves. So a point can be derived anew, or put together from several hosts.
 */

export const RAW_RECORDS_SCHEMA = 'crosschip.raw-records/1'

const text = z.string().max(256)
const line = z.string().max(2000)
const count = z.number().int().nonnegative().max(1e9)
const hosts = z.number().int().positive().max(1024)

export const rawHeaderSchema = z.strictObject({
  schema: z.literal(RAW_RECORDS_SCHEMA),
  scenario: text,
  /** The load level, by its name. */
  load: text,
  repetition: z.number().int().min(1).max(2),
  /** Of all times of the records that follow: milliseconds on the monotonic clock of the machine. */
  originMs: z.number().nonnegative().max(Number.MAX_SAFE_INTEGER),
  /** The same moment by the machine's wall clock, for whether several hosts ran together; null when it never came. */
  startedAt: z.iso.datetime().nullable(),
  url: z.string().max(2048).nullable(),
  model: z.string().max(512).nullable(),
  workload: workloadSchema,
  /** Of the whole load, of which `hostShare` was sent from here. */
  arrival: arrivalSchema,
  seed: z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER),
  hostShare: z.strictObject({ host: hosts, hosts }).nullable(),
  threads: z.number().int().positive().max(1024),
  /** Measured requests, sent or not. */
  planned: count,
  keepAlive: z.boolean(),
  tokenSource: z.enum(TOKEN_SOURCES).nullable(),
  templateTokens: count,
  slo: sloSchema.nullable(),
  devices: z.number().int().positive().max(65_536).nullable(),
  client: clientStateSchema.nullable(),
  server: serverCountsSchema.nullable(),
  /** All of them, also those that the records show by themselves. */
  faults: z.array(pointFaultSchema).max(32),
  /** Of building the load and of the client. */
  remarks: z.array(line).max(32),
  /** The load was stopped before its end. */
  interrupted: z.boolean(),
})
export type RawRecordsHeader = Omit<z.infer<typeof rawHeaderSchema>, 'schema'>

/** The line before the records of one load point, its line end included. */
export function formatRawHeader(header: RawRecordsHeader): string {
  return `${JSON.stringify({ schema: RAW_RECORDS_SCHEMA, ...header })}\n`
}
