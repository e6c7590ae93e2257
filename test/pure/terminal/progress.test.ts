import { describe, expect, it } from 'vitest'
import { createProgress } from '../../../src/terminal/progress.ts'

function capture(isTerminal: boolean, columns = 40) {
  let text = ''
  let now = 0
  const write = (part: string) => {
    text += part
  }
  const progress = createProgress({ write, isTerminal, columns }, () => now)
  const pass = (ms: number) => {
    now += ms
  }
  return { progress, text: () => text, pass }
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

  it('waits with what a running load has to tell, since at its beginning that is nothing', () => {
    const { progress, text, pass } = capture(false)
    for (let done = 0; done <= 100; done++) {
      progress.step('c4: requests', done, 100, '4 running')
      pass(100)
    }
    expect(text()).toBe('c4: requests: 50/100 (4 running)\nc4: requests: 100/100 (4 running)\n')
  })

  it('carries no control characters', () => {
    const { progress, text } = capture(false)
    progress.note('hello')
    progress.step('a', 1, 1)
    progress.close()
    expect(text()).toBe('hello\na: 1/1\n')
  })
})

/** What a person sees: the parts between carriage returns, without the erasing behind them. */
const drawn = (text: string) =>
  text
    .split('\r')
    .slice(1)
    .map((line) => line.replace('\u001b[K', ''))

describe('progress on a terminal', () => {
  it('redraws one line that fits the terminal, and takes it away for a remark and at the end', () => {
    const { progress, text, pass } = capture(true)
    progress.step('a very long label that does not fit into forty columns', 1, 2)
    expect(drawn(text())[0]!.length).toBeLessThan(40)
    pass(10)
    const before = text()
    progress.step('too soon', 1, 2)
    expect(text()).toBe(before)
    progress.note('remark')
    expect(text().endsWith('\r\u001b[Kremark\n')).toBe(true)
    progress.close()
    expect(text().endsWith('remark\n')).toBe(true)
  })

  it('never erases the line before it writes the next, which would flicker', () => {
    const { progress, text, pass } = capture(true, 80)
    progress.step('requests', 1, 3)
    pass(1000)
    progress.step('requests', 2, 3)
    for (const part of text().split('\r').slice(1)) {
      expect(part).toMatch(/^[█░]/)
      expect(part.indexOf('\u001b[K')).toBe(part.length - 3)
    }
  })

  it('shows the parts of the detail whole or not at all, and gives up the bar before the state', () => {
    const detail = '32 running, 14.2 req/s, TTFT p50 210 ms, p99 480 ms, 3 failed'
    const parts = detail.split(', ')
    for (let columns = 10; columns <= 140; columns++) {
      const { progress, text } = capture(true, columns)
      progress.step('c32: requests', 120, 256, detail)
      const line = drawn(text())[0]!
      expect(line.length).toBeLessThan(columns)
      if (columns > '120/256 c32: requests'.length) expect(line).toContain('120/256 c32: requests')
      const shown = line.split(' · ')[1]?.split(', ') ?? []
      expect(shown).toEqual(parts.slice(0, shown.length))
    }
    const { progress, text } = capture(true, 140)
    progress.step('c32: requests', 120, 256, detail)
    expect(drawn(text())[0]).toMatch(/^█+░+ 120\/256 c32: requests · 32 running, .*, 3 failed$/)
  })
})
