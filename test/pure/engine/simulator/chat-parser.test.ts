import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ChatParser, type Delta } from '../../../../src/engine/simulator/api/chat-parser.ts'
import { renderToolCalls } from '../../../../src/engine/simulator/model/dsml.ts'
import { StopWatch } from '../../../../src/engine/simulator/model/stop-watch.ts'

const ALL = { thinking: true, readsTools: true, keepsMarkup: false }

function parse(parts: readonly string[], options = ALL): Delta {
  const parser = new ChatParser(options)
  const deltas = parts.map((part) => parser.push(part, false))
  deltas.push(parser.push('', true))
  const toolCalls: Delta['toolCalls'] = []
  for (const part of deltas.flatMap((delta) => delta.toolCalls)) {
    if (part.name !== null) toolCalls.push({ ...part })
    else toolCalls[part.index]!.arguments += part.arguments
  }
  return {
    reasoning: deltas.map((delta) => delta.reasoning).join(''),
    content: deltas.map((delta) => delta.content).join(''),
    toolCalls,
  }
}

/** Cuts a text at some of its places. */
function cuts(text: string) {
  return fc.array(fc.nat(text.length), { maxLength: 12 }).map((places) => {
    const edges = [0, ...places.sort((one, other) => one - other), text.length]
    return edges.slice(1).map((end, index) => text.slice(edges[index], end))
  })
}

const calls = [
  { name: 'look', arguments: { text: 'a < b </｜DSML｜x', number: 3, list: [1, '2'] } },
  { name: 'nothing', arguments: {} },
]
const whole = `I think.</think>Let me see: 1 < 2.\n\n${renderToolCalls(calls)}`

describe('the parser of chat answers', () => {
  it('sorts reasoning, content and calls, wherever the text is cut', () => {
    fc.assert(
      fc.property(cuts(whole), (parts) => {
        const { reasoning, content, toolCalls } = parse(parts)
        expect(reasoning).toBe('I think.')
        expect(content).toBe('Let me see: 1 < 2.')
        expect(toolCalls.map((call) => ({ name: call.name, arguments: JSON.parse(call.arguments) }))).toEqual(calls)
      }),
    )
  })

  it('keeps back no text for good', () => {
    expect(parse(['x < y <'], { ...ALL, thinking: false }).content).toBe('x < y <')
    expect(parse(['half a thought </th']).reasoning).toBe('half a thought </th')
  })

  it('reads no markup where there are no tools', () => {
    const text = renderToolCalls(calls)
    expect(parse([text], { thinking: false, readsTools: false, keepsMarkup: false }).content).toBe(text)
  })

  it('leaves the markup in the content when it is told to', () => {
    const { content, toolCalls } = parse([whole], { ...ALL, keepsMarkup: true })
    expect(content).toContain('<｜DSML｜invoke name="look">')
    expect(toolCalls.length).toBe(2)
  })
})

describe('the watch for stop strings', () => {
  it('finds the first one and shows what stands before it, wherever the text is cut', () => {
    const text = 'one two three STOP four END five'
    fc.assert(
      fc.property(cuts(text), (parts) => {
        const watch = new StopWatch(['END', 'STOP'], false)
        let shown = ''
        for (const part of parts) {
          const { text: more, stop } = watch.push(part)
          shown += more
          if (stop !== null) return stop === 'STOP' && shown === 'one two three '
        }
        return false
      }),
    )
  })
})
