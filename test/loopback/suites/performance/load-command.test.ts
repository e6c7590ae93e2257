import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { Command } from 'commander'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ConfigurationError } from '../../../../src/record/problem.ts'
import { registerLoad } from '../../../../src/terminal/load.ts'
import { freePort, type Script, scriptedServer } from '../../engine/http/scripted-server.ts'
import { tokenServer } from './token-server.ts'

async function load(args: string[], signal = new AbortController().signal) {
  const said = { out: '', notes: [] as string[], steps: [] as string[], code: null as number | null }
  const program = new Command().exitOverride()
  registerLoad(program, {
    print: (text) => {
      said.out += `${text}\n`
    },
    progress: {
      note: (message) => said.notes.push(message),
      step: (label, done, total) => said.steps.push(`${label} ${done}/${total}`),
    },
    clock: { date: () => '2026-01-01T00:00:00Z', monotonicMs: () => performance.now() },
    signal,
    exit: (code) => {
      said.code = code
    },
    interactive: false,
  })
  for (const command of program.commands) command.exitOverride().configureOutput({ writeOut: () => {} })
  await program.parseAsync(['load', ...args], { from: 'user' })
  return said
}

const small = ['--input-tokens', '64', '--output-tokens', '5', '--concurrency', '1,2', '--requests', '3']

describe('load', () => {
  it('prints a row for each concurrency, tells progress and writes the raw records', async () => {
    const server = await tokenServer({ onTestFinished })
    const directory = mkdtempSync(join(tmpdir(), 'crosschip-load-'))
    onTestFinished(() => rmSync(directory, { recursive: true }))
    const raw = join(directory, 'raw.jsonl')
    const said = await load([`${server.url}/v1/`, ...small, '--raw', raw])
    expect(said.code).toBe(0)
    expect(said.out).toMatch(/toy at http/)
    expect(said.out).toMatch(/│ +1 │ +3\/0 │.*│ yes/)
    expect(said.out).toMatch(/│ +2 │ +6\/0 │.*│ yes/)
    expect(said.steps).toContain('concurrency 2: requests 6/6')
    const lines = readFileSync(raw, 'utf8').trim().split('\n')
    expect(lines.map((line) => JSON.parse(line).id)).toHaveLength(9)
  })

  it('prints the same as JSON', async () => {
    const server = await tokenServer({ onTestFinished })
    const report = JSON.parse((await load([server.url, ...small, '--json', '--model', 'mine'])).out)
    expect(report).toMatchObject({ schema: 'crosschip.load/1', model: 'mine', interrupted: false })
    expect(report.points.map((point: { concurrency: number }) => point.concurrency)).toEqual([1, 2])
    expect(server.chats()[0]).toContain('"model":"mine"')
  })

  it('ends with 3 and the reason when nothing valid was measured', async () => {
    const server = await tokenServer({ onTestFinished }, { short: 2 })
    const said = await load([server.url, ...small])
    expect(said.code).toBe(3)
    expect(said.out).toMatch(/invalid at concurrency 1: 3 completion tokens instead of 5/)
  })

  it('says in one sentence that the server is not there, and what to do', async () => {
    const url = `http://127.0.0.1:${await freePort()}`
    for (const args of [small, [...small, '--model', 'm']]) {
      const said = await load([url, ...args])
      expect(said).toMatchObject({ code: 3, out: '' })
      expect(said.notes).toHaveLength(1)
      expect(said.notes[0]).toMatch(/^No server answers at \S+ \(.*ECONNREFUSED.*\)\. Start it/)
    }
  })

  it.each([
    ['a key that is missing', '401 Unauthorized', /http-status: HTTP 401.*Give --api-key-variable/],
    ['another kind of server', '404 Not Found', /HTTP 404.*the URL ends before \/v1/],
    ['a page', '200 OK', /content-type: text\/html.*See what it answers/],
  ])('names the mend for %s', async (_, status, expected) => {
    const script: Script = (socket) =>
      void socket.write(`HTTP/1.1 ${status}\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nhi`)
    const server = await scriptedServer({ onTestFinished }, script)
    const said = await load([server.url, ...small, '--model', 'm'])
    expect(said.code).toBe(3)
    expect(said.notes.join()).toMatch(expected)
  })

  it('gives the points measured so far when interrupted', async () => {
    const server = await tokenServer({ onTestFinished }, { answerAfterMs: 30 })
    const controller = new AbortController()
    const waiting = load([server.url, ...small, '--concurrency', '1,1', '--requests', '10'], controller.signal)
    setTimeout(() => controller.abort(), 900)
    const said = await waiting
    expect(said.code).toBe(130)
    expect(said.out).toMatch(/interrupted: the remaining load points were not measured/)
  })

  it('names every wrong argument at once', async () => {
    process.env.CROSSCHIP_TEST_EMPTY = ''
    onTestFinished(() => {
      delete process.env.CROSSCHIP_TEST_EMPTY
    })
    const wrong = [
      '--concurrency',
      '1,x,0',
      '--requests',
      '0',
      '--seed',
      '-1',
      '--api-key-variable',
      'CROSSCHIP_TEST_EMPTY',
    ]
    const error = await load(['localhost:8000', ...wrong]).catch((thrown) => thrown)
    expect(error).toBeInstanceOf(ConfigurationError)
    expect((error as ConfigurationError).problems.map((problem) => problem.field)).toEqual([
      'url',
      '--api-key-variable',
      '--concurrency',
      '--concurrency',
      '--requests',
      '--seed',
    ])
  })

  it('sends the key from the environment and prints it nowhere', async () => {
    process.env.CROSSCHIP_TEST_KEY = 'sesame-42'
    onTestFinished(() => {
      delete process.env.CROSSCHIP_TEST_KEY
    })
    const server = await tokenServer({ onTestFinished })
    const said = await load([server.url, ...small, '--json', '--api-key-variable', 'CROSSCHIP_TEST_KEY'])
    expect(server.chats().every((text) => text.includes('authorization: Bearer sesame-42\r\n'))).toBe(true)
    expect(JSON.stringify(said)).not.toContain('sesame')
  })

  it('refuses a raw file that cannot be written before any load', async () => {
    const server = await tokenServer({ onTestFinished })
    await expect(load([server.url, ...small, '--raw', '/no/such/folder/raw'])).rejects.toThrow(/cannot be written/)
    expect(server.requests).toHaveLength(0)
  })
})
