import { z } from 'zod'
import type { Workload } from '../../../plan/load.ts'
import { ConfigurationError } from '../../../record/problem.ts'
import { seedOf } from '../../../record/seeded-random.ts'
import { ALL_SESSIONS } from '../load-spec.ts'
import type { SessionSource, WorkloadContext } from './draft.ts'
import { parseRecord, readRecords } from './records-file.ts'
import type { Passage } from './text-writer.ts'

/**
 * Replays requests of a trace in the layout that Mooncake published (kvcache-ai/Mooncake, FAST25-release/traces; paper:
 * Qin et al., FAST 2025): time, lengths, and a hash for each block of 512 prompt tokens that stands for the block and all
 * before it. Equal hashes become equal text, so that a prefix cache finds what it found there.
 */
export const TRACE_BLOCK_TOKENS = 512

const LAYOUT =
  'a line is {"timestamp": milliseconds, "input_length": tokens, "output_length": tokens, "hash_ids": [one for each 512 tokens]}'

type HashId = number | string
const hashId = z.union([z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER), z.string().min(1).max(128)])
const traceLine = z.object({
  timestamp: z.number().nonnegative().max(1e13),
  input_length: z.number().int().positive().max(1_048_576),
  output_length: z.number().int().positive().max(393_216),
  hash_ids: z.array(hashId).max(2049).default([]),
})

interface TraceRequest {
  atMs: number
  inputTokens: number
  outputTokens: number
  blocks: readonly HashId[]
}

type Trace = Extract<Workload, { kind: 'trace' }>

export async function traceSource(workload: Trace, context: WorkloadContext): Promise<SessionSource> {
  const { seed, sessions: asked, writer, remark } = context
  const requests = await readTrace(workload, context)
  const sessions = Math.min(asked, requests.length)
  const seenBlocks = countSeen(requests)
  const { templateTokens } = writer.ruler
  if (templateTokens >= TRACE_BLOCK_TOKENS)
    remark(`the chat template takes ${templateTokens} tokens, a whole block: prompts share less than in the trace`)
  const blockSeed = seedOf(seed, 'block')
  /** What the blocks say, the template counted to the first. Written anew each time: a trace has more than fit in memory. */
  const headOf = async (ids: readonly HashId[]): Promise<Passage | undefined> => {
    const words: string[] = []
    let tokens = 0
    for (const [place, id] of ids.entries()) {
      const room = TRACE_BLOCK_TOKENS * (place + 1) - templateTokens - tokens
      if (room <= 0) continue
      const part = { seed: blockSeed, index: indexOf(id), tokens: room, opens: words.length === 0 }
      const block = await writer.part(part)
      for (const word of block.words) words.push(word)
      tokens += block.tokens
    }
    return words.length === 0 ? undefined : { words, text: words.join(' '), tokens }
  }
  return {
    sessions,
    tools: [],
    templateTokens,
    async session(index) {
      const warmup = index >= sessions
      const { atMs, inputTokens, outputTokens, blocks } = requests[index % requests.length]!
      const ids = warmup ? [] : blocks
      // The last block is rarely whole, and makes the length exact.
      const whole = Math.min(ids.length, Math.ceil(inputTokens / TRACE_BLOCK_TOKENS) - 1)
      const last = ids[whole]
      const head = await headOf(ids.slice(0, whole))
      const prompt = await writer.write({
        ...(last === undefined ? { seed: seedOf(seed, 'prompt'), index } : { seed: blockSeed, index: indexOf(last) }),
        tokens: inputTokens - templateTokens,
        salted: ids.length === 0,
        ...(head && { head }),
      })
      const counted = templateTokens + prompt.tokens
      const cachedTokens = warmup ? 0 : Math.min(counted, seenBlocks[index]! * TRACE_BLOCK_TOKENS)
      const messages = [{ role: 'user', content: prompt.text } as const]
      return {
        atMs: warmup ? null : atMs - requests[0]!.atMs,
        requests: [{ messages, outputTokens, inputTokens: counted, cachedTokens, thinkMs: 0 }],
      }
    },
  }
}

/** Different ids below 2^32 have different salts. */
function indexOf(id: HashId): number {
  return typeof id === 'number' && id <= 0xffffffff ? id : seedOf('hash', id)
}

/** The earliest requests of the trace, in order of time; of equal times, in that of the file. */
async function readTrace(
  { file, sha256 }: Trace,
  { sessions, files, signal, remark }: WorkloadContext,
): Promise<TraceRequest[]> {
  let requests: TraceRequest[] = []
  const prune = () => {
    requests.sort((one, other) => one.atMs - other.atMs)
    requests = requests.slice(0, sessions)
  }
  const found = await readRecords({ path: file, sha256 }, files, signal, (record) => {
    const line = parseRecord(file, record, traceLine, LAYOUT)
    const { timestamp, input_length, output_length, hash_ids } = line
    const most = Math.ceil(input_length / TRACE_BLOCK_TOKENS)
    if (hash_ids.length > most) {
      const message = `${hash_ids.length} blocks for ${input_length} tokens, at most ${most} have ${TRACE_BLOCK_TOKENS} tokens`
      throw new ConfigurationError([{ file, line: record.line, field: 'hash_ids', message, hint: LAYOUT }])
    }
    requests.push({ atMs: timestamp, inputTokens: input_length, outputTokens: output_length, blocks: hash_ids })
    if (requests.length >= 2 * sessions + 64) prune()
  })
  prune()
  remark(`${file}: ${found.records} requests, sha256 ${found.sha256}`)
  if (requests.length === 0)
    throw new ConfigurationError([{ file, field: '', message: 'holds no request', hint: LAYOUT }])
  if (requests.length < sessions && sessions !== ALL_SESSIONS)
    remark(`${file} holds ${requests.length} requests of ${sessions} asked: all are used`)
  return requests
}

/** For each request, how many of its first blocks some request before it had. */
function countSeen(requests: readonly TraceRequest[]): number[] {
  const chains = new Map<string, number>()
  return requests.map(({ blocks }) => {
    let chain = 0
    let known = 0
    for (const [place, id] of blocks.entries()) {
      // A block counts only with all blocks before it, which one number stands for.
      const link = `${chain} ${id}`
      const seen = chains.get(link)
      if (seen !== undefined) known = place + 1
      chain = seen ?? chains.size + 1
      chains.set(link, chain)
    }
    return known
  })
}
