import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { logLine, logProgress } from '../../../src/github/log.ts'

describe('a line in the log of a run', () => {
  it('can never be a command to the runner, whatever a model said', () => {
    const commands = fc.constantFrom('::set-output name=a::b', '##[add-mask]x', '\n::error::x', '\r::x::', ' ##[group]')
    fc.assert(
      fc.property(fc.array(fc.oneof(commands, fc.string())), (parts) => {
        const line = logLine(parts.join(''))
        expect(line.split(/[\r\n]/)).toHaveLength(1)
        expect(line.trimStart().startsWith('::')).toBe(false)
        expect(line).not.toContain('##[')
      }),
    )
  })

  it('comes for a moving state only now and then, and at its end', () => {
    const lines: string[] = []
    let now = 0
    const progress = logProgress(
      (line) => lines.push(line),
      () => now,
    )
    for (let done = 0; done <= 100; done++) {
      progress.step('items', done, 100)
      now += 1000
    }
    expect(lines[0]).toBe('crosschip: items: 0 of 100')
    expect(lines.at(-1)).toBe('crosschip: items: 100 of 100')
    expect(lines.length).toBeLessThanOrEqual(8)
  })
})
