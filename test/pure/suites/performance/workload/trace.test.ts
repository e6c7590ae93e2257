import { describe, expect, it } from 'vitest'
import { ALL_SESSIONS } from '../../../../../src/suites/performance/load-spec.ts'
import type { DraftSession } from '../../../../../src/suites/performance/workload/draft.ts'
import { TRACE_BLOCK_TOKENS, traceSource } from '../../../../../src/suites/performance/workload/trace.ts'
import { countFours, memoryFiles, TEMPLATE_TOKENS, toyContext } from './toy.ts'

type Row = [timestamp: number, input: number, output: number, ids?: readonly (number | string)[]]

const workload = { kind: 'trace', file: 't.jsonl', sha256: null } as const
const lines = (rows: readonly Row[]) =>
  rows
    .map(([timestamp, input_length, output_length, hash_ids]) =>
      JSON.stringify({ timestamp, input_length, output_length, ...(hash_ids && { hash_ids }) }),
    )
    .join('\n')

async function replay(rows: readonly Row[], sessions = ALL_SESSIONS, seed = 1) {
  const context = await toyContext({ files: memoryFiles({ 't.jsonl': lines(rows) }), sessions, seed })
  const source = await traceSource(workload, context)
  const drafts: DraftSession[] = []
  for (let index = 0; index < source.sessions; index++) drafts.push(await source.session(index, 1))
  return { source, context, drafts, requests: drafts.map(({ requests }) => requests[0]!) }
}
const textOf = ({ messages }: { messages: readonly { content: string | null }[] }) => messages[0]!.content!

/** Tokens, by the toy tokenizer, that two texts have in common from the beginning, template included. */
function sharedTokens(one: string, other: string): number {
  const [left, right] = [one.split(' '), other.split(' ')]
  const words = left.findIndex((word, index) => word !== right[index])
  return TEMPLATE_TOKENS + countFours((words === -1 ? left : left.slice(0, words)).join(' '))
}

describe('a trace', () => {
  it('has prompts of exactly its lengths, the template included', async () => {
    const { requests } = await replay([
      [0, 1700, 20, [0, 1, 2, 3]],
      [0, 512, 3, [0]],
      [1, 1030, 4, [0, 1, 33]],
      [2, 300, 8, [44]],
      [3, 900, 8],
    ])
    expect(requests.map((request) => request.inputTokens)).toEqual([1700, 512, 1030, 300, 900])
    expect(requests.map((request) => TEMPLATE_TOKENS + countFours(textOf(request)))).toEqual([
      1700, 512, 1030, 300, 900,
    ])
    expect(requests.map((request) => request.outputTokens)).toEqual([20, 3, 4, 8, 8])
  })

  it('shares as many whole blocks as the hashes do, and no more than some words beyond', async () => {
    const { requests } = await replay([
      [0, 2000, 1, [0, 1, 2, 3]],
      [1, 1900, 1, [0, 1, 9, 3]],
      [2, 1800, 1, [5, 1, 2, 3]],
    ])
    const [first, second, third] = requests.map(textOf) as [string, string, string]
    expect(sharedTokens(first, second) - 2 * TRACE_BLOCK_TOKENS).toBeGreaterThanOrEqual(0)
    expect(sharedTokens(first, second) - 2 * TRACE_BLOCK_TOKENS).toBeLessThan(10)
    expect(sharedTokens(first, third)).toBeLessThan(TEMPLATE_TOKENS + 10)
    expect(requests.map(({ cachedTokens }) => cachedTokens)).toEqual([0, 2 * TRACE_BLOCK_TOKENS, 0])
  })

  it('counts a block as cached only with all blocks before it', async () => {
    const { requests } = await replay([
      [0, 1100, 1, ['a', 'b', 'c']],
      [0, 1100, 1, ['x', 'b', 'c']],
      [0, 1100, 1, ['x', 'b', 'd']],
      [0, 1100, 1, ['a', 'b', 'c']],
    ])
    expect(requests.map(({ cachedTokens }) => cachedTokens)).toEqual([0, 0, 1024, 1100])
  })

  it('begins at its first request, and takes the earliest when not all are wanted', async () => {
    const rows: Row[] = [
      [900, 100, 1],
      [500, 101, 1],
      [700, 102, 1],
      [500, 103, 1],
    ]
    const { drafts, requests, context } = await replay(rows, 3)
    expect(drafts.map(({ atMs }) => atMs)).toEqual([0, 0, 200])
    expect(requests.map(({ inputTokens }) => inputTokens)).toEqual([101, 103, 102])
    expect(context.remarks.join()).not.toContain('all are used')
    expect((await replay(rows, 9)).context.remarks.join()).toContain('t.jsonl holds 4 requests of 9 asked')
  })

  it('warms up with texts that share nothing', async () => {
    const { source, requests } = await replay([[0, 1100, 1, [0, 1, 2]]])
    const warmup = await source.session(1, 1)
    expect(warmup.atMs).toBeNull()
    expect(warmup.requests[0]).toMatchObject({ inputTokens: 1100, cachedTokens: 0 })
    expect(sharedTokens(textOf(requests[0]!), textOf(warmup.requests[0]!))).toBeLessThan(TEMPLATE_TOKENS + 10)
  })

  it('has other texts at another load point', async () => {
    const rows: Row[] = [[0, 1100, 1, [0, 1, 2]]]
    const [one, other] = [await replay(rows, 1, 1), await replay(rows, 1, 2)]
    expect(sharedTokens(textOf(one.requests[0]!), textOf(other.requests[0]!))).toBeLessThan(TEMPLATE_TOKENS + 10)
  })

  it.each([
    ['{"timestamp":0,"input_length":5}', 't.jsonl:1: output_length'],
    [
      '{"timestamp":0,"input_length":513,"output_length":1,"hash_ids":[1,2,3]}',
      't.jsonl:1: hash_ids: 3 blocks for 513',
    ],
    ['{"timestamp":-1,"input_length":5,"output_length":1}', 't.jsonl:1: timestamp'],
    ['', 't.jsonl: holds no request'],
  ])('refuses %s', async (content, message) => {
    const context = await toyContext({ files: memoryFiles({ 't.jsonl': content }) })
    await expect(traceSource(workload, context)).rejects.toThrow(message)
  })
})
