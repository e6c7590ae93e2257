import fc from 'fast-check'
import rehypeRaw from 'rehype-raw'
import { unified } from 'unified'
import { describe, expect, it } from 'vitest'
import type { LoadPoint } from '../../../src/record/cell-result.ts'
import type { PointPicture } from '../../../src/record/load-report.ts'
import { SAMPLES_NEEDED } from '../../../src/report/load-page/columns.ts'
import { renderLoadPage } from '../../../src/report/load-page/page.ts'
import { frontier } from '../../../src/report/load-page/pareto-chart.ts'
import { arrivalWords, workloadWords } from '../../../src/report/load-page/workload-words.ts'
import { minimumSamples } from '../../../src/suites/performance/metrics/percentile.ts'
import { elementsOf, nodesOf, type TreeNode, textOf } from '../../fixtures/github-markdown.ts'
import { hostileText } from '../../fixtures/hostile-text.ts'
import { closedPoint, LATE_TAIL, loadReport, metrics, pictureOf, STALL } from './load-page-reports.ts'

/** Parses as a browser does (parse5). */
function parse(text: string): TreeNode {
  return unified()
    .use(rehypeRaw)
    .runSync({ type: 'root', children: [{ type: 'raw', value: text }] } as never) as TreeNode
}

function page(points: LoadPoint[], requests = 50, model = 'deepseek-v4-flash'): string {
  return renderLoadPage(
    loadReport(points, { model }),
    points.map((point) => pictureOf(point, requests)),
  )
}

const charts = (text: string) => text.match(/<svg class="chart"/g)?.length ?? 0
const sweep = (...levels: number[]) => levels.map((level) => closedPoint(level))

describe('the page of a load', () => {
  it('fetches nothing, runs nothing and forbids both', () => {
    const text = page(sweep(1, 16))
    expect(text).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`)
    expect(text).not.toMatch(/<script|<img|<link|<a |\son\w+=|url\(|@import|\sstyle=|https?:\/\/(?!localhost:8000)/i)
  })

  it('has a row for each point, why it does not hold, and what failed', () => {
    const text = textOf(
      parse(page([closedPoint(1), closedPoint(4, { invalid: [STALL, LATE_TAIL], failed: { timeout: 7 } })])),
    )
    expect(text).toContain('1 load point: valid')
    expect(text).toContain('1 load point: not valid')
    expect(text).toContain(`client: ${STALL.reason}`)
    expect(text).toContain('failed requests: 7 timeout')
    expect(text).toContain('too few samples; a p99 needs 459')
  })

  it('tells the bounds of a good request, and what the server counted, where there are such', () => {
    const server = { dialect: 'vllm', values: { generationTokens: 4096, ttftMeanMs: 61.25, prefixHitShare: 0.5 } }
    const told = loadReport([closedPoint(4, { server })], { slo: { ttftMs: 2000, tpotMs: null, e2elMs: 9.5 } })
    const text = textOf(parse(renderLoadPage(told, [])))
    expect(text).toContain('A request is good with TTFT ≤ 2,000 ms, E2EL ≤ 9.5 ms.')
    expect(text).toMatch(
      /What the server counted.*vllm’s metrics.*generationTokens\s*4,096\s*ttftMeanMs\s*ms\s*61\.3\s*prefixHitShare\s*%\s*50/s,
    )
    const silent = textOf(parse(page(sweep(4))))
    expect(silent).not.toMatch(/What the server counted|A request is good/)
  })

  it('says of a summary what is known, and nothing of what is not', () => {
    const summary = loadReport(sweep(4), { url: null, seed: null, workload: null, startedAt: '', calibration: null })
    const text = textOf(parse(renderLoadPage(summary, [])))
    expect(text).toContain('Several workloads; closed loop')
    expect(text).not.toMatch(/null|undefined|seed|UTC/)
  })

  it('draws two pictures for each point, and two more of several levels', () => {
    expect(charts(page(sweep(1)))).toBe(2)
    expect(charts(page(sweep(1, 4, 16)))).toBe(8)
    expect(charts(page([closedPoint(1), closedPoint(1, { repetition: 2 })]))).toBe(4)
    expect(charts(renderLoadPage(loadReport([]), []))).toBe(0)
  })

  it('names every picture for who cannot see it', () => {
    for (const svg of elementsOf(parse(page(sweep(1, 4))), 'svg').filter(
      (each) => elementsOf(each, 'desc').length > 0,
    )) {
      expect(textOf(elementsOf(svg, 'title')[0]!)).not.toBe('')
      expect(textOf(elementsOf(svg, 'desc')[0]!)).not.toBe('')
    }
  })

  it('draws every request and marks those that failed', () => {
    const picture: PointPicture = {
      load: 'c4',
      repetition: 1,
      requests: [0, 1, 2, 3].map((at) => ({
        atSeconds: at,
        ttftMs: at === 3 ? null : 50,
        e2elMs: 900,
        failed: at === 3,
      })),
      gaps: { edgesMs: [], counts: [] },
    }
    const text = renderLoadPage(loadReport(sweep(4)), [picture])
    const path = (name: string) =>
      new RegExp(`viewBox="0 0 360[\\s\\S]*?<path class="${name}[^"]*" d="([^"]*)"`).exec(text)?.[1]
    expect(path('dots first')?.match(/M/g)).toHaveLength(3)
    expect(path('dots second')?.match(/M/g)).toHaveLength(3)
    expect(path('failed')?.match(/M/g)).toHaveLength(1)
  })

  it('draws all of 2,000 requests', () => {
    const requests = Array.from({ length: 2000 }, (_, at) => ({
      atSeconds: at,
      ttftMs: 50,
      e2elMs: 900,
      failed: false,
    }))
    const picture = { load: 'c4', repetition: 1, requests, gaps: { edgesMs: [], counts: [] } }
    const path = /class="dots first" d="([^"]*)"\/><\/svg>\n<\/figure>/.exec(
      renderLoadPage(loadReport(sweep(4)), [picture]),
    )
    expect(path?.[1]?.match(/M/g)).toHaveLength(2000)
  })

  it('draws hollow what is not valid, the upper line alone where only tails are not', () => {
    const text = page([
      closedPoint(16),
      closedPoint(64, { invalid: [LATE_TAIL] }),
      closedPoint(256, { invalid: [STALL] }),
    ])
    const hollow = [...text.matchAll(/class="(first|second) hollow"[^>]*><title>([^<]*)</g)].map((match) => match[2])
    // Pareto: c256; TTFT: p99 of c64 and c256, p50 of c256; and the key.
    expect(hollow).toHaveLength(5)
    expect(hollow.filter((tip) => tip?.startsWith('c64'))).toEqual([expect.stringContaining('TTFT p99')])
  })

  it('draws no frontier, no key of it and no best numbers where no point is valid', () => {
    const text = page([1, 8].map((level) => closedPoint(level, { invalid: [STALL] })))
    expect(text).not.toContain('class="frontier"')
    expect(text).not.toContain('class="tiles"')
    expect(page(sweep(1, 8))).toContain('class="frontier"')
  })

  it('takes output per device where devices are known', () => {
    const known = [1, 4].map((level) =>
      closedPoint(level, {
        metrics: metrics({
          'output-tokens-per-second-per-device': level,
          'output-tokens-per-second-per-user': 9 / level,
        }),
      }),
    )
    expect(page(known)).toContain('each device gives, tok/s')
    expect(page(sweep(1, 4))).toContain('the server gives, tok/s')
  })

  it('makes no element of its own from hostile text', () => {
    fc.assert(
      fc.property(hostileText(200), hostileText(200), (model, text) => {
        const point = closedPoint(4, {
          load: text,
          invalid: [{ ...STALL, reason: text }],
          failed: { [text]: 1 },
          remarks: [text],
        })
        const row = { name: text, value: 1, unit: text, note: text }
        const report = loadReport([point, closedPoint(8)], {
          model,
          url: text,
          remarks: [text],
          workload: { kind: 'trace', file: text, sha256: null },
          compat: [{ peer: 'vllm', load: text, repetition: 1, rows: [row] }],
        })
        const tree = parse(renderLoadPage(report, [pictureOf(point, 5)]))
        const tags = new Set(nodesOf(tree, 'element').map((node) => node.tagName))
        for (const tag of ['script', 'img', 'a', 'iframe', 'form']) expect(tags).not.toContain(tag)
        expect(nodesOf(tree, 'comment')).toEqual([])
        expect(elementsOf(tree, 'h1')).toHaveLength(1)
      }),
      { numRuns: 25 },
    )
  })

  it('draws no NaN, infinity or place outside of the drawing, for any finite or missing numbers', () => {
    const finite = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.double({ min: 0, max: 1e6, noNaN: true }),
      fc.constantFrom(0, -0, 1e-300, 1e300, -5),
    )
    const missing = fc.option(finite, { nil: null })
    const NAMES = ['ttft.token.p50', 'ttft.token.p99', 'icl.p50', 'icl.p99', 'goodput'].concat(
      ['', '-per-user', '-per-device'].map((part) => `output-tokens-per-second${part}`),
    )
    const request = fc.record({ atSeconds: finite, ttftMs: missing, e2elMs: finite, failed: fc.boolean() })
    const level = fc.record({
      values: fc.tuple(...NAMES.map(() => missing)),
      requests: fc.array(request, { maxLength: 6 }),
      gaps: fc.record({
        edgesMs: fc.array(finite, { maxLength: 6 }),
        counts: fc.array(fc.maxSafeNat(), { maxLength: 6 }),
      }),
      faults: fc.subarray([STALL, LATE_TAIL]),
    })
    fc.assert(
      fc.property(fc.array(level, { maxLength: 4 }), (levels) => {
        const points = levels.map(({ values, faults }, index) => {
          const named = Object.fromEntries(NAMES.map((name, at) => [name, values[at]!]))
          return closedPoint(index + 1, { metrics: metrics(named), invalid: faults })
        })
        const pictures = levels.map(({ requests, gaps }, index) => ({
          load: `c${index + 1}`,
          repetition: 1,
          requests,
          gaps,
        }))
        const text = renderLoadPage(loadReport(points), pictures).replace(/<style>[\s\S]*<\/style>/, '')
        expect(text).not.toMatch(/NaN|undefined|Infinity|null/)
        for (const [, place] of text.matchAll(/ (?:x|y|x1|x2|y1|y2|cx|cy|width|height)="([^"]*)"/g)) {
          expect(place).toMatch(/^\d+(\.\d+)?$/)
          expect(Number(place)).toBeLessThanOrEqual(520)
        }
        for (const [, path] of text.matchAll(/ d="([^"]*)"/g)) expect(path).toMatch(/^[MLhml\d. -]+$/)
      }),
      { numRuns: 150 },
    )
  })
})

describe('the frontier', () => {
  it('is made of valid points that no other valid one beats in both', () => {
    const at = (perUser: number, output: number, valid = true) => ({ perUser, output, valid })
    const points = [at(10, 100), at(20, 90), at(15, 80), at(30, 95, false), at(40, 10), at(40, 5)]
    expect(frontier(points)).toEqual([at(10, 100), at(20, 90), at(40, 10)])
    expect(frontier([at(1, 1, false)])).toEqual([])
  })
})

describe('the words of a load', () => {
  it('know the samples that a percentile needs', () => {
    for (const [name, samples] of Object.entries(SAMPLES_NEEDED))
      expect(minimumSamples(Number(name.slice(1)))).toBe(samples)
  })

  it.each([
    [
      { kind: 'single', input: { law: 'uniform', least: 2, most: 9 }, output: { law: 'fixed', tokens: 1 } },
      'unrelated prompts of 2–9 tokens, answers of 1 token',
    ],
    [
      {
        kind: 'shared-prefix',
        groups: 4,
        prefixTokens: 900,
        input: { law: 'normal', mean: 1024, deviation: 50, most: 2048 },
        output: { law: 'fixed', tokens: 64 },
      },
      'prompts of 1024 ± 50 tokens, the first 900 shared by each of 4 groups, answers of 64 tokens',
    ],
    [
      {
        kind: 'multi-turn',
        turns: 8,
        input: { law: 'fixed', tokens: 512 },
        nextInput: { law: 'fixed', tokens: 64 },
        output: { law: 'fixed', tokens: 32 },
        thinkSeconds: 1.5,
      },
      'conversations of 8 turns: 512 tokens first, 64 more each turn, answers of 32 tokens, 1.5 s of thought between turns',
    ],
    [
      {
        kind: 'agentic',
        turns: 5,
        tools: 2,
        input: { law: 'fixed', tokens: 512 },
        toolResult: { law: 'lognormal', median: 256, sigma: 0.8, most: 4096 },
        output: { law: 'fixed', tokens: 32 },
        toolSeconds: 0,
      },
      'an agent with 2 tools over 5 turns: 512 tokens first, tool results of lognormal 256 (σ 0.8), answers of 32 tokens',
    ],
    [
      { kind: 'dataset', file: 'talks.json', sha256: 'ab'.repeat(32), output: null },
      'conversations of talks.json (sha256 abababababab…), answers as long as its own',
    ],
    [{ kind: 'trace', file: 'day.jsonl', sha256: null }, 'requests of the trace day.jsonl'],
  ] as const)('say what was sent: %j', (workload, words) => {
    expect(workloadWords(workload)).toBe(words)
  })

  it('say when it was sent, levels of one kind together', () => {
    const poisson = { law: 'poisson', burstiness: 1, maxConcurrency: 64 } as const
    expect(
      arrivalWords([
        { kind: 'closed', concurrency: 1 },
        { kind: 'closed', concurrency: 8 },
        { kind: 'open', requestsPerSecond: 2, ...poisson },
        { kind: 'open', requestsPerSecond: 4, ...poisson },
        { kind: 'ramp', fromPerSecond: 1, toPerSecond: 9, ...poisson, law: 'constant' },
        { kind: 'trace', speed: 2, maxConcurrency: 64 },
      ]),
    ).toBe(
      'closed loop with 1, 8 requests in flight; open loop (Poisson) at 2, 4 req/s; a ramp from 1 to 9 req/s (constant intervals); the trace 2 times as fast',
    )
  })
})
