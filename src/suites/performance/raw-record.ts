import { z } from 'zod'
import { EventLog, MAX_TOKENS } from './event-log.ts'
import { type RawRecordsHeader, rawHeaderSchema } from './raw-header.ts'
import { EVENT_CLASSES, REQUEST_ERRORS, type RequestRecord } from './record.ts'

/**
 * The raw records of load points as lines of JSON: a header, then one line a request, for any number of load points.
 * Read back they give every metric again, under any definition; and, since the origin of their times is told on the
 * monotonic clock of the machine, records of several processes of one machine can be joined. Hostile when they come
 * from a runner: strict, with maxima.
 */

/** Microseconds: finer than any stamp is true. */
const DECIMALS = 3
/** Rows are joined in groups: one long sum of strings is a tree of a million nodes. */
const ROWS_AT_ONCE = 1024
/** A million tokens, one event and one read each, with room; and what a line may make a log allocate. */
const MAX_EVENTS = 1 << 22
const MAX_READS = 1 << 22
const MAX_MILLISECONDS = 1e12
const MAX_REMARK_CHARACTERS = 2000

const text = z.string().max(256)
const milliseconds = z.number().min(-MAX_MILLISECONDS).max(MAX_MILLISECONDS)
const count = z.number().int().nonnegative().max(1e9)

const duration = milliseconds.nullable()
const serverTimesSchema = z.strictObject({
  ttftMs: duration,
  queueMs: duration,
  generationMs: duration,
  drafts: count.nullable(),
  draftTokens: count.nullable(),
  acceptedTokens: count.nullable(),
})

const recordSchema = z.strictObject({
  id: text,
  session: count,
  turn: count,
  intendedMs: milliseconds,
  dequeuedMs: milliseconds,
  writtenMs: milliseconds,
  firstByteMs: milliseconds.nullable(),
  endMs: milliseconds,
  reused: z.boolean(),
  connectMs: milliseconds,
  asked: z.strictObject({ inputTokens: count.nullable(), outputTokens: count, cachedTokens: count }),
  promptTokens: count.nullable(),
  completionTokens: count.nullable(),
  cachedTokens: count.nullable(),
  reasoningTokens: count.nullable(),
  finishReason: text.nullable(),
  server: serverTimesSchema.nullable(),
  outcome: z.discriminatedUnion('state', [
    z.strictObject({ state: z.literal('ok') }),
    z.strictObject({
      state: z.literal('failed'),
      error: z.enum(REQUEST_ERRORS),
      detail: z.string().max(MAX_REMARK_CHARACTERS),
    }),
  ]),
  /** Looked at one by one below: a schema of a million rows would take seconds. */
  events: z.array(z.unknown()).max(MAX_EVENTS),
})

/** A line is not what it should be; the message says where, without the name of the file. */
export class UnreadableRecord extends Error {
  override readonly name = 'UnreadableRecord'
}

/**
 * One request as one line of JSON, its line end included; times in milliseconds since the origin. Events are arrays
 * `[atMs, read, offset, class, tokens]`, since an answer may have a million of them.
 */
export function formatRawRecord(record: RequestRecord): string {
  const { events, ...rest } = record
  const head = JSON.stringify({
    ...rest,
    intendedMs: rounded(rest.intendedMs),
    dequeuedMs: rounded(rest.dequeuedMs),
    writtenMs: rounded(rest.writtenMs),
    firstByteMs: rest.firstByteMs === null ? null : rounded(rest.firstByteMs),
    endMs: rounded(rest.endMs),
    connectMs: rounded(rest.connectMs),
  })
  const groups: string[] = []
  for (let from = 0; from < events.length; from += ROWS_AT_ONCE) {
    const rows: string[] = []
    for (let index = from; index < Math.min(events.length, from + ROWS_AT_ONCE); index++)
      rows.push(
        `[${rounded(events.atMs(index))},${events.read(index)},${events.offset(index)},"${events.classAt(index)}",${events.tokens(index)}]`,
      )
    groups.push(rows.join(','))
  }
  return `${head.slice(0, -1)},"events":[${groups.join(',')}]}\n`
}

/** A line of the file: a header or a record. Throws {@link UnreadableRecord}. */
export function parseRawLine(
  line: string,
): { kind: 'header'; header: RawRecordsHeader } | { kind: 'record'; record: RequestRecord } {
  const value = parseJson(line)
  if (typeof value !== 'object' || value === null || !('schema' in value))
    return { kind: 'record', record: readRecord(value) }
  const { schema: _, ...header } = checked(rawHeaderSchema, value)
  return { kind: 'header', header }
}

/** What {@link formatRawRecord} wrote. Throws {@link UnreadableRecord}. */
export function parseRawRecord(line: string): RequestRecord {
  return readRecord(parseJson(line))
}

function readRecord(value: unknown): RequestRecord {
  const { events, ...rest } = checked(recordSchema, value)
  return { ...rest, events: readEvents(events) }
}

/** Reads that brought no event are not told apart from the read that follows them. */
function readEvents(rows: readonly unknown[]): EventLog {
  const log = new EventLog(rows.length)
  for (const [index, row] of rows.entries()) {
    const wrong = (what: string) => new UnreadableRecord(`events.${index}: ${what}`)
    if (!Array.isArray(row) || row.length !== 5) throw wrong('not [atMs, read, offset, class, tokens]')
    const [atMs, read, offset, name, tokens] = row as unknown[]
    if (typeof atMs !== 'number' || Math.abs(atMs) > MAX_MILLISECONDS) throw wrong('its time is not milliseconds')
    if (!isCount(read) || read >= MAX_READS) throw wrong('its read is not a number of one')
    if (!isCount(offset)) throw wrong('its offset is not a number of bytes')
    if (tokens !== null && (!isCount(tokens) || tokens > MAX_TOKENS)) throw wrong('its tokens are not a count')
    const code = EVENT_CLASSES.indexOf(name as (typeof EVENT_CLASSES)[number])
    if (code < 0) throw wrong('its class is not known')
    if (read < log.reads - 1) throw wrong('it belongs to a read before that of the event before it')
    if (read === log.reads - 1 && log.readAtMs(read) !== atMs) throw wrong('its time is not that of its read')
    while (log.reads <= read) log.startRead(atMs)
    log.append(code, offset, tokens)
  }
  return log
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch (error) {
    throw new UnreadableRecord(`not JSON: ${(error as Error).message.slice(0, 200)}`)
  }
}

function checked<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new UnreadableRecord(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not a raw record'}`)
}

function rounded(value: number): number {
  return Number(value.toFixed(DECIMALS))
}
