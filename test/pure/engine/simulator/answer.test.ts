import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { evaluate, findArithmetic } from '../../../../src/engine/simulator/model/arithmetic.ts'
import type { Tool } from '../../../../src/engine/simulator/model/chat-template.ts'
import { chatPrompt, generate, modelWith, reply, requestFor } from './model-under-test.ts'

/** Expressions with their value, made together. */
const expressions = fc.letrec<{ expression: [string, bigint] }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 3 },
    fc.integer({ min: 0, max: 9999 }).map((number): [string, bigint] => [String(number), BigInt(number)]),
    fc
      .tuple(tie('expression'), fc.constantFrom('+', '-', '*'), tie('expression'))
      .map(([[left, a], operator, [right, b]]): [string, bigint] => [
        `(${left}) ${operator} (${right})`,
        operator === '+' ? a + b : operator === '-' ? a - b : a * b,
      ]),
  ),
})).expression

describe('arithmetic', () => {
  it('works out any expression exactly', () => {
    fc.assert(fc.property(expressions, ([text, value]) => evaluate(text) === value))
  })

  it('knows precedence, negative numbers and the other signs of multiplication', () => {
    expect(evaluate('2 + 3 * 4 - -5')).toBe(19n)
    expect(evaluate('(2+3)×4')).toBe(20n)
    expect(evaluate('2 +')).toBeNull()
    expect(evaluate('(2')).toBeNull()
  })

  it('finds the last expression of a question', () => {
    expect(findArithmetic('I have 12 apples. What is 37 * 12 + 5? Reply as: Answer: N')).toEqual({
      expression: '37 * 12 + 5',
      value: 449n,
    })
    expect(findArithmetic('First 1 + 1, then (4 - 6) * 3.')?.value).toBe(-6n)
    expect(findArithmetic('What is 17 plus 25?')?.value).toBe(42n)
    expect(findArithmetic('In 2026 there were 3 of them')).toBeNull()
  })

  it('finds it between hyphens, bullets and brackets of the sentence', () => {
    expect(findArithmetic('- 2 + 3 * 4 -')?.value).toBe(10n)
    expect(findArithmetic('Work it out (2 + 3) - quickly')?.value).toBe(5n)
    expect(findArithmetic('-3 + 5')?.value).toBe(2n)
  })

  it('gives the answer on the last line', () => {
    expect(reply('Calculate 37 * 12 + 5. Reply with one line of the form "Answer: N".')).toMatch(/\nAnswer: 449$/)
    expect(reply('What is 40 + 2? End with #### and the number.')).toMatch(/\n#### 42$/)
  })

  const items = Array.from(
    { length: 600 },
    (_, index) => [`${index + 11} * 7 + ${index}`, (index + 11) * 7 + index] as const,
  )
  const rightIn = (sessionSeed: number) => {
    return items.map(([item, value]) => reply(`What is ${item}?`, { sessionSeed }).endsWith(`Answer: ${value}`))
  }

  it('is right in about 95 % of the items, in the same ones but for a few flips between sessions', () => {
    const first = rightIn(1)
    const second = rightIn(2)
    const accuracy = first.filter(Boolean).length / items.length
    expect(accuracy).toBeGreaterThan(0.92)
    expect(accuracy).toBeLessThan(0.975)
    const flips = first.filter((right, index) => right !== second[index]).length
    expect(flips).toBeGreaterThan(0)
    expect(flips).toBeLessThan(16)
  })
})

describe('other answers', () => {
  it('tells the secrets of its own conversation, wherever they stand', () => {
    expect(reply('Reply with exactly the secret code: ZX81-QL42')).toBe('ZX81-QL42')
    const call = { id: 'call_1', call: { name: 'look_up', arguments: {} } }
    const prompt = chatPrompt([
      { role: 'system', content: "Codes are kept here. This visitor's box code is ABCD-2345." },
      { role: 'user', content: 'My receipt code is EFGH-6789. Look up my shelf code.' },
      { role: 'assistant', content: '', reasoning: '', toolCalls: [call] },
      { role: 'tool', content: 'The shelf code is JKLM-2222.', toolCallId: 'call_1' },
      { role: 'user', content: 'Repeat all my codes, one a line, and nothing else.' },
    ])
    const { text } = generate(modelWith(), requestFor(prompt))
    expect(text.split('\n').sort()).toEqual(['ABCD-2345', 'EFGH-6789', 'JKLM-2222'])
  })

  it('copies verbatim', () => {
    const texts = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }).filter((text) => text.trim() === text)
    fc.assert(
      fc.property(texts, (text) => reply(`Repeat exactly this line and nothing else: ${text}`) === text),
      { numRuns: 50 },
    )
  })

  it('takes no time to speak of for hostile prompts', () => {
    for (const part of ['((((', '- ', '1 - ', 'repeat ', '<tool_result>', 'secret code ', 'answer with exactly ']) {
      const startMs = performance.now()
      generate(modelWith(), requestFor(chatPrompt(`What code? ${part.repeat(60_000 / part.length)}`), { maxTokens: 1 }))
      expect(performance.now() - startMs, part).toBeLessThan(1_500)
    }
  })

  const weather: Tool = {
    name: 'get_weather',
    description: 'Weather of a city',
    parameters: {
      type: 'object',
      properties: { city: { type: 'string' }, days: { type: 'integer' }, unit: { enum: ['c', 'f'] } },
      required: ['city', 'days', 'unit'],
    },
  }

  it('calls the tool that fits the question, with arguments of its schema', () => {
    const prompt = chatPrompt('What will the weather be in New York for 3 days?', { tools: [weather] })
    expect(generate(modelWith(), requestFor(prompt)).text).toBe(
      [
        '\n\n<｜DSML｜tool_calls>',
        '<｜DSML｜invoke name="get_weather">',
        '<｜DSML｜parameter name="city" string="true">New York</｜DSML｜parameter>',
        '<｜DSML｜parameter name="days" string="false">3</｜DSML｜parameter>',
        '<｜DSML｜parameter name="unit" string="true">c</｜DSML｜parameter>',
        '</｜DSML｜invoke>',
        '</｜DSML｜tool_calls>',
      ].join('\n'),
    )
  })

  it('does not call a tool that has nothing to do with the question, nor one again that has answered', () => {
    const aside = chatPrompt('Tell me a story.', { tools: [weather] })
    expect(generate(modelWith(), requestFor(aside)).text).not.toContain('DSML')
    const call = { id: 'call_1', call: { name: 'get_weather', arguments: { city: 'Paris' } } }
    const answered = chatPrompt(
      [
        { role: 'user', content: 'Weather in Paris?' },
        { role: 'assistant', content: '', reasoning: '', toolCalls: [call] },
        { role: 'tool', content: '21 degrees', toolCallId: 'call_1' },
      ],
      { tools: [weather] },
    )
    expect(generate(modelWith(), requestFor(answered)).text).toBe('The tool returned: 21 degrees')
  })
})
