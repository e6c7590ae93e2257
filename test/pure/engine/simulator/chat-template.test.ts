import { describe, expect, it } from 'vitest'
import { type Conversation, renderConversation } from '../../../../src/engine/simulator/model/chat-template.ts'
import { thinkingOf, UnknownEffort } from '../../../../src/engine/simulator/model/effort.ts'
import { encode } from '../../../../src/engine/simulator/model/tokenizer.ts'
import type { Encoding } from '../../../../src/record/words.ts'

function render(messages: Conversation['messages'], rest: Partial<Conversation> = {}): string {
  return renderConversation({ messages, tools: [], thinking: { on: false }, responseSchema: null, ...rest })
}

const user = { role: 'user' as const, content: 'Hi' }

describe('the chat template', () => {
  it('has the shape of V4: BOS, system text, turns, and the thinking mark in the prompt', () => {
    expect(render([{ role: 'system', content: 'Be kind.' }, user])).toBe(
      '<｜begin▁of▁sentence｜>Be kind.<｜User｜>Hi<｜Assistant｜></think>',
    )
    expect(render([user], { thinking: { on: true, prefix: '' } })).toBe(
      '<｜begin▁of▁sentence｜><｜User｜>Hi<｜Assistant｜><think>',
    )
  })

  const turn = { role: 'assistant' as const, content: 'Yes', reasoning: 'Hm.', toolCalls: [] }
  const tool = { name: 'look', description: '', parameters: {} }

  it('drops the reasoning of earlier turns, but keeps it when tools are about', () => {
    const on = { on: true as const, prefix: '' }
    expect(render([user, turn, user], { thinking: on })).not.toContain('Hm.')
    expect(render([user, turn, user], { thinking: on, tools: [tool] })).toContain('<think>Hm.</think>Yes')
  })

  it('puts tool results into a user block, in the order of the calls', () => {
    const call = (id: string) => ({ id, call: { name: 'look', arguments: { at: id, n: 1 } } })
    const text = render(
      [
        user,
        { role: 'assistant', content: '', reasoning: '', toolCalls: [call('one'), call('two')] },
        { role: 'tool', content: 'second', toolCallId: 'two' },
        { role: 'tool', content: 'first', toolCallId: 'one' },
      ],
      { tools: [tool] },
    )
    expect(text).toContain(
      '<｜User｜><tool_result>first</tool_result>\n\n<tool_result>second</tool_result><｜Assistant｜>',
    )
    expect(text).toContain('<｜DSML｜parameter name="n" string="false">1</｜DSML｜parameter>')
  })

  it('puts tools and the response schema into the system text', () => {
    const text = render([user], { tools: [tool], responseSchema: { type: 'object' } })
    const system = text.slice(0, text.indexOf('<｜User｜>'))
    expect(system).toContain('{"name":"look"')
    expect(system).toContain('## Response Format')
  })
})

describe('reasoning effort', () => {
  const tokens = (encoding: Encoding, effort: string | number | undefined) =>
    encode(render([user], { thinking: thinkingOf(encoding, true, effort) })).length

  it('renders the same word differently in each encoding generation', () => {
    const plain = tokens('v4-preview', 'high')
    expect(tokens('v4-preview', 'low')).toBe(plain)
    expect(tokens('v4-preview', 'max')).toBeGreaterThan(plain + 50)
    expect(tokens('v4-0731', 'low')).toBe(plain)
    expect(tokens('v4-0731', 'high')).toBeGreaterThan(plain + 50)
    expect(tokens('v4-0731', 'max')).toBeGreaterThan(tokens('v4-0731', 'high'))
    expect(tokens('v4-0731', undefined)).toBe(tokens('v4-0731', 'high'))
    expect(tokens('v4.1', 'low')).toBeGreaterThan(plain)
    expect(tokens('v4.1', 'low')).toBeLessThan(plain + 20)
  })

  it('thinks only when it is asked to', () => {
    expect(thinkingOf('v4-0731', undefined, undefined).on).toBe(false)
    expect(thinkingOf('v4-0731', undefined, 'low').on).toBe(true)
    expect(thinkingOf('v4-0731', true, 'none').on).toBe(false)
    expect(thinkingOf('v4-0731', false, 'max').on).toBe(false)
  })

  it('refuses words that the generation does not know', () => {
    expect(() => thinkingOf('v4.1', true, 'medium')).toThrow(UnknownEffort)
    expect(() => thinkingOf('v4.1', true, 101)).toThrow(UnknownEffort)
    expect(() => thinkingOf('v4-0731', true, 'enormous')).toThrow(UnknownEffort)
    expect(thinkingOf('v4.1', true, 37)).toEqual({ on: true, prefix: 'Reasoning Effort: 37\n\n' })
  })
})
