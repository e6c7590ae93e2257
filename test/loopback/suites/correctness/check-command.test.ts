import { Command } from 'commander'
import { afterEach, describe, expect, it } from 'vitest'
import { baseUrl } from '../../../../src/commands/check.ts'
import { startSimulator } from '../../../../src/engine/simulator/server.ts'
import { silentProgress } from '../../../../src/ports.ts'
import { ConfigurationError } from '../../../../src/record/problem.ts'
import { registerCheck } from '../../../../src/terminal/check.ts'
import { answerPlainly, type ScriptedServer, sendJson, startScripted } from './scripted-server.ts'

let server: ScriptedServer | null = null
afterEach(() => server?.close())

async function run(...args: string[]) {
  const printed: string[] = []
  const notes: string[] = []
  let code: number | null = null
  const program = new Command()
    .exitOverride()
    .configureOutput({ writeOut: (text) => printed.push(text), writeErr() {} })
  registerCheck(program, {
    print: (text) => printed.push(text),
    progress: { ...silentProgress, note: (text) => notes.push(text) },
    clock: { date: () => new Date().toISOString(), monotonicMs: () => performance.now() },
    signal: new AbortController().signal,
    exit: (value) => {
      code = value
    },
    interactive: false,
  })
  for (const command of program.commands) command.exitOverride().copyInheritedSettings(program)
  await program.parseAsync(['node', 'crosschip', 'check', ...args])
  return { code, text: printed.join('\n'), notes: notes.join('\n') }
}

describe('check', () => {
  it('prints the families and exits 0 when all that could be judged passed', async () => {
    const simulator = await startSimulator({ timing: { ttftMs: 2, itlMs: 0.05 } })
    try {
      const { code, text } = await run(`${simulator.url}/v1/`, '--families', 'p,r,z')
      expect(code).toBe(0)
      expect(text).toMatch(/P {2}protocol\n {2}P1 {2}pass/)
      expect(text).toContain('5 checks: 5 passed, 0 failed')
      expect(text).not.toContain('X1')
    } finally {
      await simulator.close()
    }
  })

  it('says that a model is not there, in the words of the server, and which are', async () => {
    const simulator = await startSimulator({ model: 'there', timing: { ttftMs: 2, itlMs: 0.05 } })
    try {
      const { code, text, notes } = await run(simulator.url, '--model', 'nope', '--families', 'A')
      expect(code).not.toBe(0)
      expect(notes).toContain('does not list nope, it lists there')
      expect(text).toContain('HTTP 404: The model `nope` does not exist')
    } finally {
      await simulator.close()
    }
  })

  it('exits 1 with the request and the answer that show a failure', async () => {
    server = await startScripted(answerPlainly)
    const { code, text } = await run(server.url, '--families', 'Z,N')
    expect(code).toBe(1)
    expect(text).toContain('Z1  FAIL')
    expect(text).toContain('> POST /v1/chat/completions {"model":"toy"')
    expect(text).toContain('< HTTP 200 application/json')
    expect(text).toContain('N0  not exercised')
  })

  it('prints one JSON document with --json, and asks for the named model', async () => {
    server = await startScripted(answerPlainly)
    const { text } = await run(server.url, '--families', 'P', '--json', '--model', 'other', '--seed', '9')
    const document = JSON.parse(text)
    expect(document).toMatchObject({ schema: 'crosschip.check/1', model: 'other', outcome: 'pass' })
    expect(document.correctness.seed).toBe(9)
    expect(
      server.asked.filter(({ body }) => body.model !== undefined).every(({ body }) => body.model === 'other'),
    ).toBe(true)
  })

  it('exits 3 with a mend when nothing answers, when access is refused and when no model is named', async () => {
    server = await startScripted(({ path }, response) => {
      if (path.startsWith('/locked')) return sendJson(response, 401, { error: 'no key' })
      sendJson(response, 200, { object: 'list', data: [] })
    })
    const locked = await run(`${server.url}/locked`)
    expect(locked).toMatchObject({ code: 3, notes: expect.stringContaining('--api-key-variable') })
    expect(await run(server.url)).toMatchObject({ code: 3, notes: expect.stringContaining('--model') })
    const { url } = server
    await server.close()
    expect(await run(url)).toMatchObject({ code: 3, notes: expect.stringContaining('is the server running') })
  })

  it('sends the key from the named variable', async () => {
    server = await startScripted(answerPlainly)
    process.env.CROSSCHIP_TEST_KEY = 'sk-from-the-environment'
    try {
      await run(server.url, '--families', 'P', '--api-key-variable', 'CROSSCHIP_TEST_KEY')
    } finally {
      delete process.env.CROSSCHIP_TEST_KEY
    }
    expect(server.asked.every(({ headers }) => headers.authorization === 'Bearer sk-from-the-environment')).toBe(true)
  })

  it.each([
    [['not-a-url']],
    [['ftp://127.0.0.1']],
    [['http://user:word@127.0.0.1:1']],
    [['http://127.0.0.1:1', '--families', 'Q']],
    [['http://127.0.0.1:1', '--api-key-variable', 'CROSSCHIP_NO_SUCH_VARIABLE']],
  ])('refuses %j as a mistake of the user', async (args) => {
    await expect(run(...args)).rejects.toThrow(ConfigurationError)
  })

  it.each([[['--seed', 'x']], [['--items', '0']], [['--encoding', 'v9']]])('refuses %j', async (args) => {
    await expect(run('http://127.0.0.1:1', ...args)).rejects.toThrow(/seed|items|encoding/)
  })

  it('never shows the credentials of a URL', async () => {
    const error = await run('http://user:word@127.0.0.1:1').catch((reason: Error) => reason)
    expect(String(error)).toContain('carries credentials')
    expect(String(error)).not.toContain('word@')
  })

  it('takes a URL with or without slash and /v1', () => {
    for (const url of ['http://h:8000', 'http://h:8000/', 'http://h:8000/v1', 'http://h:8000/v1/'])
      expect(baseUrl(url)).toBe('http://h:8000')
    expect(baseUrl('https://h/prefix/v1')).toBe('https://h/prefix')
  })

  it('has an example and the exit codes in its help', async () => {
    const program = new Command()
    let help = ''
    program.configureOutput({ writeOut: (text) => (help += text) })
    registerCheck(program, {} as never)
    program.commands[0]!.copyInheritedSettings(program).outputHelp()
    expect(help).toContain('crosschip check http://127.0.0.1:8000')
    expect(help).toContain('Exit code: 0 when')
  })
})
