import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, request as httpRequest } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createServer as createTlsServer } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { ownProgram } from '../../../src/engine/own-program.ts'
import type { SimulatorSettings } from '../../../src/engine/simulator/options.ts'
import { type Simulator, startSimulator } from '../../../src/engine/simulator/server.ts'
import type { LoadPoint } from '../../../src/record/cell-result.ts'
import { ConfigurationError } from '../../../src/record/problem.ts'
import { freePort, type Script, scriptedServer } from '../engine/http/scripted-server.ts'
import { credentials } from '../engine/http/tiers.ts'
import { crosschip, reported } from './load-terminal.ts'

/**
 * Loads of some dozen requests against the simulator in this process. The machine of a test is busy, so what the client
 * says against itself is not looked at: only what the server and the load did.
 */

const FAST = { ttftMs: 4, itlMs: 0.5, sessionScatter: 0, requestScatter: 0 }
const AUTHORITY = join(import.meta.dirname, '../../fixtures/tls/authority.pem')

const OF_TIME = ['drift', 'not-steady', 'late-dispatch']

let directory = ''
let simulator: Simulator
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'crosschip-load-'))
  simulator = await startSimulator({ model: 'toy', timing: FAST })
})
afterAll(async () => {
  await simulator.close()
  rmSync(directory, { recursive: true })
})

async function simulated(settings: SimulatorSettings): Promise<string> {
  const other = await startSimulator({ model: 'toy', timing: FAST, ...settings })
  onTestFinished(() => other.close())
  return other.url
}

const file = (name: string) => join(directory, name)
const plain = ['--threads', '1', '--no-repeat', '--warmup', '0']
const small = ['--input-tokens', '40', '--output-tokens', '6', ...plain]
const load = (...args: string[]) => reported(['load', simulator.url, ...small, ...args])

/** What the server or the load did wrong, other than in time. */
const faultsOf = ({ invalid }: LoadPoint) =>
  invalid.filter(({ by, code }) => by !== 'client' && !OF_TIME.includes(code)).map(({ code }) => code)
const seen = (points: readonly LoadPoint[]) =>
  points.map((point) => [point.load, point.planned, point.succeeded, faultsOf(point)])

describe('load', () => {
  it('measures a point for each concurrency, doubled between two, and the first again', async () => {
    const args = ['load', simulator.url, ...small, '--concurrency', '1..4,3', '--requests', '3', '--warmup', '1']
    const { report, said } = await reported(args.filter((option) => option !== '--no-repeat'))
    expect(seen(report.points)).toEqual([
      ['c1', 3, 3, []],
      ['c2', 6, 6, []],
      ['c4', 12, 12, []],
      ['c3', 9, 9, []],
      ['c1', 3, 3, []],
    ])
    expect(report.points.map(({ repetition }) => repetition)).toEqual([1, 1, 1, 1, 2])
    expect(report).toMatchObject({ schema: 'crosschip.load/2', model: 'toy', url: simulator.url, interrupted: false })
    expect(said.steps).toContain('c4: requests 12/12')
    expect(said.steps).toContain('c1 again: requests 3/3')
  })

  it('sends what a rate and a ramp make, at their own times', async () => {
    const { report } = await load('--rate', '40', '--arrival', 'constant', '--ramp', '10:50', '--duration', '0.5')
    expect(seen(report.points)).toEqual([
      ['40 req/s constant', 20, 20, []],
      ['10-50 req/s constant', 15, 15, []],
    ])
    expect(report.points.every(({ concurrency }) => concurrency === null)).toBe(true)
  })

  it('talks in turns, as an agent, and with prompts that begin alike', async () => {
    const talk = await load('--turns', '3', '--next-input-tokens', '30', '--concurrency', '2', '--requests', '2')
    expect(seen(talk.report.points)).toEqual([['c2', 12, 12, []]])
    const agent = await load(
      '--turns',
      '2',
      '--tools',
      '2',
      '--input-tokens',
      '300',
      '--concurrency',
      '2',
      '--requests',
      '1',
    )
    expect(seen(agent.report.points)).toEqual([['c2', 4, 4, []]])
    const shared = await load(
      '--prefix-tokens',
      '600',
      '--input-tokens',
      '700',
      '--concurrency',
      '1',
      '--requests',
      '8',
    )
    expect(seen(shared.report.points)).toEqual([['c1', 8, 8, []]])
    const hits = shared.report.points[0]!.metrics.find(({ name }) => name === 'prefix-cache-hit-rate')
    expect(hits!.value).toBeGreaterThan(0)
  })

  it('sends the conversations of a file, and the requests of a trace at its times', async () => {
    const messages = ['What is a queue?', 'A line.', 'And a stack?', 'A pile.'].map((content, index) => ({
      role: index % 2 === 0 ? 'user' : 'assistant',
      content,
    }))
    writeFileSync(file('talks.json'), JSON.stringify([{ messages }, { messages }]))
    const of = (...args: string[]) => reported(['load', simulator.url, ...plain, ...args])
    const talks = await of('--dataset', file('talks.json'), '--concurrency', '1', '--requests', '2')
    expect(talks.report.points[0]).toMatchObject({ planned: 4, succeeded: 4 })
    const lines = [0, 50, 90].map((timestamp, index) =>
      JSON.stringify({ timestamp, input_length: 600, output_length: 5, hash_ids: [index, 9 + index] }),
    )
    writeFileSync(file('trace.jsonl'), `${lines.join('\n')}\n`)
    const trace = await of('--trace', file('trace.jsonl'), '--trace-speed', '2')
    expect(seen(trace.report.points)).toEqual([['trace x2', 3, 3, []]])
  })

  it('shares a load among threads', async () => {
    const { report } = await load('--threads', '2', '--concurrency', '4', '--requests', '3')
    expect(seen(report.points)).toEqual([['c4', 12, 12, []]])
    expect(report.threads).toBe(2)
    expect(report.points[0]!.client?.threads).toBe(2)
  })

  it('writes a table, a page, the peers’ numbers and the raw record', async () => {
    const [raw, html] = [file('all.jsonl'), file('all.html')]
    const asked = ['--concurrency', '2', '--requests', '4', '--slo', 'ttft=5000', '--devices', '4', '--seed', '1']
    const written = ['--raw', raw, '--html', html, '--compat', 'vllm,aiperf']
    const said = await crosschip(['load', `${simulator.url}/v1/`, ...small, ...asked, ...written])
    expect(said.out).toMatch(/^toy at http.*seed 1\n/)
    expect(said.out).toMatch(/\nc2 +8\/0 /)
    expect(said.out.replace(/\s+/g, ' ')).toContain('good: TTFT ≤ 5,000 ms')
    expect(said.out).toMatch(/as vllm would print it, c2\n(.*\n){2}Successful requests +8\n/)
    expect(said.out).toContain('as aiperf would print it, c2')
    expect(readFileSync(raw, 'utf8').trim().split('\n')).toHaveLength(9)
    const page = readFileSync(html, 'utf8')
    for (const part of ['under load', 'What the server counted', 'generationTokens', 'A request is good with'])
      expect(page).toContain(part)
  })
})

describe('summarise', () => {
  it('gives what load gave, from the raw record alone', async () => {
    const raw = file('again.jsonl')
    const { report } = await load('--concurrency', '1,3', '--requests', '6', '--slo', 'ttft=5000', '--raw', raw)
    const { report: again, said } = await reported(['summarise', raw])
    expect(seen(again.points)).toEqual(seen(report.points))
    for (const [index, point] of report.points.entries()) {
      const derived = again.points[index]!
      expect(derived.invalid.map(({ code }) => code).sort()).toEqual(point.invalid.map(({ code }) => code).sort())
      expect(derived.remarks).toEqual(point.remarks)
      // The file keeps microseconds.
      for (const [at, { name, value }] of point.metrics.entries())
        if (value === null) expect([name, derived.metrics[at]!.value]).toEqual([name, null])
        else expect(Math.abs(derived.metrics[at]!.value! / value - 1) || 0).toBeLessThan(0.01)
    }
    const { model, url, seed, workload, arrivals, slo } = report
    expect(again).toMatchObject({ model, url, seed, workload, arrivals, slo })
    expect(said.code).toBe(said.code === 0 || said.code === 3 ? said.code : 'an exit code of load')
  })

  it('puts the shares of two hosts together, which are the whole', async () => {
    const asked = ['--concurrency', '4', '--requests', '3', '--seed', '5']
    const whole = (await load(...asked, '--raw', file('whole.jsonl'))).report
    await Promise.all(
      [1, 2].map((host) => load(...asked, '--host-share', `${host}/2`, '--raw', file(`host${host}.jsonl`))),
    )
    const { report } = await reported(['summarise', file('host1.jsonl'), file('host2.jsonl')])
    const [point] = report.points
    expect(point).toMatchObject({ load: 'c4', concurrency: 4, planned: 12, succeeded: 12 })
    expect(whole.points[0]).toMatchObject({ planned: 12, succeeded: 12 })
    const ids = (name: string) =>
      [...readFileSync(file(name), 'utf8').matchAll(/^\{"id":"([^"]+)"/gm)].map(([, id]) => id).sort()
    expect([...ids('host1.jsonl'), ...ids('host2.jsonl')].sort()).toEqual(ids('whole.jsonl'))
    const alone = await reported(['summarise', file('host2.jsonl')])
    expect(faultsOf(alone.report.points[0]!)).toContain('unsent')
    expect(alone.said.code).toBe(3)
  })

  it('names file and line of what is no raw record', async () => {
    writeFileSync(
      file('broken.jsonl'),
      `${readFileSync(file('whole.jsonl'), 'utf8').split('\n').slice(0, 2).join('\n')}\n{"id":3}\n`,
    )
    const refusal = (...files: string[]) =>
      crosschip(['summarise', ...files]).then(
        () => '',
        (error: unknown) => (error instanceof ConfigurationError ? error.message : `unexpected: ${error}`),
      )
    expect(await refusal(file('broken.jsonl'))).toMatch(/broken\.jsonl:3: /)
    expect(await refusal(file('none.jsonl'))).toMatch(/none\.jsonl: .*ENOENT/)
    expect(await refusal(file('whole.jsonl'), file('whole.jsonl'))).toMatch(/whole\.jsonl: is named twice/)
    expect(await refusal(file('whole.jsonl'), file('host1.jsonl'))).toMatch(/host1\.jsonl:1: c4 of load is in .*whole/)
  })
})

describe('a server that is not as it should be', () => {
  const one = ['--concurrency', '2', '--requests', '20']

  it('is not there: one sentence, exit code 3, and no file is touched', async () => {
    const url = `http://127.0.0.1:${await freePort()}`
    writeFileSync(file('kept.jsonl'), 'an older load\n')
    for (const more of [[], ['--model', 'toy']]) {
      const said = await crosschip(['load', url, ...small, ...more, '--raw', file('kept.jsonl')])
      expect(said).toMatchObject({ code: 3, out: '' })
      expect(said.notes).toEqual([expect.stringMatching(/^No server answers at \S+ \(.*ECONNREFUSED.*\)\. Start it/)])
    }
    expect(readFileSync(file('kept.jsonl'), 'utf8')).toBe('an older load\n')
  })

  it('is left alone when the raw file cannot be written', async () => {
    const server = await scriptedServer({ onTestFinished }, () => {})
    const raw = join(directory, 'no/such/folder/raw.jsonl')
    await expect(crosschip(['load', server.url, ...small, '--raw', raw])).rejects.toThrow(/--raw.*cannot be written/)
    expect(server.requests).toHaveLength(0)
  })

  it('does not know the model', async () => {
    const said = await crosschip(['load', simulator.url, ...small, '--model', 'other'])
    expect(said).toMatchObject({ code: 3, out: '' })
    expect(said.notes).toEqual([expect.stringMatching(/HTTP 404.*Check --model/)])
  })

  it.each([
    ['wants a key', '401 Unauthorized', /HTTP 401.*Give --api-key-variable/],
    ['is another program', '200 OK', /content-type: text\/html.*See what it answers/],
  ])('%s', async (_, status, expected) => {
    const script: Script = (socket) =>
      void socket.write(`HTTP/1.1 ${status}\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nhi`)
    const server = await scriptedServer({ onTestFinished }, script)
    const said = await crosschip(['load', server.url, ...small, '--model', 'm'])
    expect(said.code).toBe(3)
    expect(said.notes.join()).toMatch(expected)
  })

  it('dies under the load: what came stands as a point that must not be used', async () => {
    const { report, said } = await reported(['load', await simulated({ faults: ['engine-dies'] }), ...small, ...one])
    const [point] = report.points
    expect(point!.succeeded).toBeGreaterThan(0)
    expect(point!.succeeded).toBeLessThan(40)
    expect(faultsOf(point!)).toContain('failed-requests')
    expect(said.code).toBe(3)
  })

  it('counts tokens wrong', async () => {
    const { report, said } = await reported(['load', await simulated({ faults: ['wrong-usage'] }), ...small, ...one])
    expect(faultsOf(report.points[0]!)).toContain('wrong-token-count')
    expect(said.code).toBe(3)
  })
})

describe('the way to the server', () => {
  it('is TLS by a private authority', async () => {
    const relay = createTlsServer(credentials('server'), (socket) => {
      const upstream = connect(simulator.port, '127.0.0.1')
      for (const each of [socket, upstream]) each.on('error', () => {})
      socket.pipe(upstream).pipe(socket)
    }).listen(0, '127.0.0.1')
    await once(relay, 'listening')
    onTestFinished(() => void relay.close())
    const url = `https://127.0.0.1:${(relay.address() as AddressInfo).port}`
    const args = ['load', url, ...small, '--concurrency', '2', '--requests', '2']
    const { report } = await reported([...args, '--ca', AUTHORITY])
    expect(seen(report.points)).toEqual([['c2', 4, 4, []]])
    expect(report.points[0]!.client?.transport).toBe('undici (TLS)')
    const without = await crosschip(args)
    expect(without.code).toBe(3)
    expect(without.notes.join()).toMatch(/is not trusted .*Give --ca/)
  })

  it('leads through a proxy, with a key from the environment that is printed nowhere', async () => {
    process.env.CROSSCHIP_TEST_KEY = 'sesame-42'
    onTestFinished(() => {
      delete process.env.CROSSCHIP_TEST_KEY
    })
    const keys = new Set<string | undefined>()
    const proxy = createServer((request, response) => {
      keys.add(request.headers.authorization)
      const { method, headers, url } = request
      request.pipe(
        httpRequest(url!, { method, headers }, (answer) =>
          answer.pipe(response.writeHead(answer.statusCode!, answer.headers)),
        ),
      )
    }).listen(0, '127.0.0.1')
    await once(proxy, 'listening')
    onTestFinished(() => void proxy.close())
    const address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
    const raw = file('key.jsonl')
    const args = ['--proxy', address, '--concurrency', '2', '--requests', '2', '--raw', raw]
    const { report, said } = await load(...args, '--api-key-variable', 'CROSSCHIP_TEST_KEY')
    expect(seen(report.points)).toEqual([['c2', 4, 4, []]])
    expect(report.points[0]!.client?.transport).toBe('undici (proxy)')
    expect(keys).toContain('Bearer sesame-42')
    expect(JSON.stringify(said) + readFileSync(raw, 'utf8')).not.toContain('sesame')
  })
})

describe('the process', () => {
  function start(args: readonly string[]) {
    const [node, script] = ownProgram('cli')
    const child = spawn(node, [script, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    let out = ''
    let errors = ''
    child.stdout.on('data', (bytes) => {
      out += bytes
    })
    child.stderr.on('data', (bytes) => {
      errors += bytes
    })
    const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, out, errors }))
    return { child, ended }
  }

  /** Requests that a server says to have finished. */
  async function answered(url: string): Promise<number> {
    const page = await (await fetch(`${url}/metrics`)).text()
    const counts = [...page.matchAll(/^vllm:request_success_total\{.*\} (\d+)/gm)]
    return counts.reduce((sum, [, count]) => sum + Number(count), 0)
  }

  async function until(ended: Promise<unknown>, holds: () => Promise<boolean>): Promise<void> {
    let over = false
    void ended.then(() => {
      over = true
    })
    while (!over && !(await holds())) await sleep(20)
  }

  it('prints the table on stdout, progress on stderr, and exits with the outcome', async () => {
    const { code, out, errors } = await start(['load', simulator.url, ...small, '--concurrency', '2']).ended
    expect([0, 3]).toContain(code)
    expect(out).toMatch(/\nc2 +16\/0 /)
    expect(errors).toMatch(/c2: requests: 16\/16/)
    expect(out).not.toContain('requests: ')
  })

  it('exits with 2 and every problem for wrong options, and starts nothing', async () => {
    const wrong = ['--rate', 'x', '--requests', '3', '--raw', file('never.jsonl')]
    const { code, out, errors } = await start(['load', simulator.url, ...wrong]).ended
    expect([code, out]).toEqual([2, ''])
    expect(errors).toMatch(/--rate/)
    expect(errors).toMatch(/--requests: needs --concurrency/)
    expect(existsSync(file('never.jsonl'))).toBe(false)
  })

  it('keeps the point under way on SIGINT, as one that must not be used, and exits with 130', async () => {
    const slow = await simulated({ timing: { ...FAST, ttftMs: 150 } })
    const raw = file('interrupted.jsonl')
    const asked = [
      '--rate',
      '20',
      '--max-concurrency',
      '16',
      '--arrival',
      'constant',
      '--duration',
      '8',
      '--raw',
      raw,
      '--json',
    ]
    const { child, ended } = start(['load', slow, ...small, ...asked])
    // Some are answered, beyond those that look whether the server is usable, and others under way.
    await until(ended, async () => (await answered(slow)) >= 20)
    child.kill('SIGINT')
    const { code, out } = await ended
    expect(code).toBe(130)
    const report = JSON.parse(out)
    expect(report.interrupted).toBe(true)
    const [point] = report.points as LoadPoint[]
    expect(point!.planned).toBe(160)
    expect(point!.succeeded).toBeGreaterThan(0)
    expect(point!.succeeded).toBeLessThan(160)
    expect(faultsOf(point!)).toContain('unsent')
    const { report: again } = await reported(['summarise', raw])
    expect(again.interrupted).toBe(true)
    expect(again.points[0]).toMatchObject({ planned: 160, succeeded: point!.succeeded })
  })
})
