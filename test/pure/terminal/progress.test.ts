import { describe, expect, it } from 'vitest'
import { createProgress } from '../../../src/terminal/progress.ts'

function capture(isTerminal: boolean) {
  let text = ''
  let now = 0
  const progress = createProgress(
    {
      write: (part) => {
        text += part
      },
      isTerminal,
      columns: 40,
    },
    () => now,
  )
  return {
    progress,
    text: () => text,
    pass: (ms: number) => {
      now += ms
    },
  }
}

describe('progress in a log', () => {
  it('writes plain lines: the first, one every five seconds, and the last', () => {
    const { progress, text, pass } = capture(false)
    for (let done = 0; done <= 100; done++) {
      progress.step('requests', done, 100)
      pass(100)
    }
    expect(text()).toBe('requests: 0/100\nrequests: 50/100\nrequests: 100/100\n')
  })

  it('carries no control characters', () => {
    const { progress, text } = capture(false)
    progress.note('hello')
    progress.step('a', 1, 1)
    progress.close()
    expect(text()).toBe('hello\na: 1/1\n')
  })
})

describe('progress on a terminal', () => {
  it('redraws one line that fits the terminal, and takes it away for a remark and at the end', () => {
    const { progress, text, pass } = capture(true)
    progress.step('a very long label that does not fit into forty columns', 1, 2)
    const line = text().split('\u001b[2K')[1]!
    expect(line.length).toBeLessThan(40)
    pass(10)
    const before = text()
    progress.step('too soon', 1, 2)
    expect(text()).toBe(before)
    progress.note('remark')
    expect(text().endsWith('\r\u001b[2Kremark\n')).toBe(true)
    progress.close()
    expect(text().endsWith('remark\n')).toBe(true)
  })
})
