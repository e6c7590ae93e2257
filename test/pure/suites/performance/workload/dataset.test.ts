import { describe, expect, it } from 'vitest'
import { conversationOf, conversationSchema } from '../../../../../src/suites/performance/workload/conversations.ts'
import { datasetSource } from '../../../../../src/suites/performance/workload/dataset.ts'
import { SALT_WORDS } from '../../../../../src/suites/performance/workload/prompt-words.ts'
import { countFours, countWords, memoryFiles, TEMPLATE_TOKENS, toyContext, toyRuler } from './toy.ts'

const one = (question: string, answer: string) => ({
  conversations: [
    { from: 'human', value: question },
    { from: 'gpt', value: answer },
  ],
})
const many = (count: number) => Array.from({ length: count }, (_, index) => one(`ask ${index}`, `say ${index}`))
const workload = { kind: 'dataset', file: 'd.json', sha256: null, output: null } as const
const questionsOf = async (count: number, sessions: number, pointSeed = 1) => {
  const files = memoryFiles({ 'd.json': JSON.stringify(many(count)) }, 1000)
  const context = await toyContext({ files, sessions, warmup: 0, pointSeed })
  const source = await datasetSource(workload, context)
  const drafts = await Promise.all(Array.from({ length: source.sessions }, (_, index) => source.session(index, 9)))
  return drafts.map(({ requests }) => requests[0]!.messages[0]!.content!.split('\n\n')[1]!)
}

describe('a data set', () => {
  it('asks as many conversations as wanted, the same for a seed and all different', async () => {
    const chosen = await questionsOf(300, 20)
    expect(new Set(chosen).size).toBe(20)
    expect(await questionsOf(300, 20)).toEqual(chosen)
    expect(await questionsOf(300, 20, 2)).not.toEqual(chosen)
    expect(await questionsOf(300, 5)).toEqual(chosen.slice(0, 5))
  })

  it('takes conversations from all of the file', async () => {
    const places = (await questionsOf(1000, 100)).map((question) => Number(question.split(' ')[1]))
    const mean = places.reduce((sum, place) => sum + place, 0) / 100
    // Four standard errors of the mean of a uniform law.
    expect(Math.abs(mean - 499.5)).toBeLessThan((4 * 1000) / Math.sqrt(12 * 100))
  })

  it('counts the prompt with its salt and asks for as many tokens as the recorded answer has', async () => {
    const files = memoryFiles({
      'd.json': JSON.stringify(one('What is this sentence about?', 'about seven tokens or so')),
    })
    const context = await toyContext({ files, sessions: 1, warmup: 1 })
    const source = await datasetSource(workload, context)
    const [session, warmup] = [await source.session(0, 9), await source.session(1, 1)]
    const { messages, inputTokens, outputTokens } = session.requests[0]!
    const { content } = messages[0]!
    expect(content).toMatch(/\n\nWhat is this sentence about\?$/)
    expect(content!.split('\n\n')[0]!.split(' ')).toHaveLength(SALT_WORDS)
    expect(inputTokens).toBe(TEMPLATE_TOKENS + countFours(content!))
    expect(outputTokens).toBe(countFours('about seven tokens or so'))
    expect(warmup.requests[0]!.messages[0]!.content!.split(' ')[0]).not.toBe(content!.split(' ')[0])
  })

  it('claims no count where nothing counts', async () => {
    const files = memoryFiles({ 'd.json': JSON.stringify(many(2)) })
    const ruler = toyRuler(countWords, { count: null, source: 'calibrated' })
    const source = await datasetSource(workload, await toyContext({ files, sessions: 2 }, ruler))
    expect((await source.session(0, 1)).requests[0]).toMatchObject({ inputTokens: null, outputTokens: 2 })
  })

  it('uses what there is when more is asked, and says so', async () => {
    const files = memoryFiles({
      'd.json': many(4)
        .map((record) => JSON.stringify(record))
        .join('\n'),
    })
    const context = await toyContext({ files, sessions: 9 })
    expect((await datasetSource(workload, context)).sessions).toBe(4)
    expect(context.remarks.join()).toContain('d.json holds 4 usable conversations of 9 asked')
    expect(context.remarks.join()).toMatch(/sha256 [0-9a-f]{64}/)
  })

  it('refuses a file without conversations and a record of another layout', async () => {
    const sourceOf = async (content: string) =>
      datasetSource(workload, await toyContext({ files: memoryFiles({ 'd.json': content }) }))
    await expect(sourceOf('[]')).rejects.toThrow('d.json: none of its 0 records')
    await expect(sourceOf('{"conversations":[{"from":"gpt","value":"x"}]}')).rejects.toThrow('none of its 1 records')
    await expect(sourceOf('\n{"conversations":[{"from":"me","value":"x"}]}')).rejects.toThrow(
      /^d\.json:2: conversations\.0\.from: .*a record is/,
    )
    await expect(sourceOf('{"messages":[{"role":"user","content":[]}]}')).rejects.toThrow(
      /^d\.json:1: messages\.0\.content/,
    )
  })
})

describe('conversationOf', () => {
  it('reads both layouts alike', () => {
    const shareGpt = {
      id: 'x',
      conversations: [
        { from: 'system', value: 'be brief ' },
        { from: 'human', value: 'hi' },
        { from: 'gpt', value: 'hello' },
      ],
    }
    const openAi = {
      messages: [
        { role: 'developer', content: 'be brief' },
        { role: 'user', content: 'hi', name: 'u' },
        { role: 'assistant', content: 'hello' },
      ],
    }
    const expected = { system: 'be brief', exchanges: [{ question: 'hi', answer: 'hello' }] }
    for (const record of [shareGpt, openAi]) expect(conversationOf(conversationSchema.parse(record))).toEqual(expected)
  })

  it('joins messages of one speaker and leaves out answers to nothing', () => {
    const say = (role: 'user' | 'assistant', content: string) => ({ role, content })
    const messages = [
      say('assistant', 'x'),
      say('user', 'a'),
      say('user', 'b'),
      say('assistant', 'c'),
      say('user', 'd'),
    ]
    expect(conversationOf(messages)).toEqual({
      system: null,
      exchanges: [
        { question: 'a\n\nb', answer: 'c' },
        { question: 'd', answer: null },
      ],
    })
    expect(conversationOf([say('assistant', 'x'), say('user', '')])).toBeNull()
  })
})
