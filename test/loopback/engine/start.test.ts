import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { EngineError } from '../../../src/engine/endpoint.ts'
import { type EngineStart, startEngine } from '../../../src/engine/start.ts'
import type { PlannedEngine } from '../../../src/plan/schema.ts'
import { systemClock } from '../../../src/terminal/clock.ts'

const start = (overrides: Partial<EngineStart> = {}): EngineStart => ({
  side: 'head',
  checkout: process.cwd(),
  sessionSeed: 1,
  environment: process.env,
  clock: systemClock,
  signal: AbortSignal.timeout(20_000),
  ...overrides,
})

const launched = (code: string, readyTimeoutSeconds = 10): PlannedEngine => ({
  mode: 'launch',
  name: 'own',
  kind: 'vllm',
  argv: [process.execPath, '-e', code, '{port}', '{checkout}'],
  env: { CHECKOUT: 'at {checkout}' },
  readyPath: '/health',
  readyTimeoutSeconds,
  servedModel: 'm',
})

const SERVER = `require('http').createServer((q, r) => r.end(JSON.stringify([process.argv[2], process.env.CHECKOUT])))`

describe('startEngine', () => {
  it('fills port and checkout into argv and env, and waits until the server is ready', async () => {
    const engine = await startEngine(
      launched(`setTimeout(() => ${SERVER}.listen(process.argv[1], '127.0.0.1'), 150)`),
      start(),
    )
    const answer = await (await fetch(engine.endpoint.url)).json()
    await engine.stop()
    expect(answer).toEqual([process.cwd(), `at ${process.cwd()}`])
    expect(engine.readyMs).toBeGreaterThan(100)
    await expect(fetch(engine.endpoint.url)).rejects.toThrow()
  })

  it('says at once that a server died, with its exit code and last words', async () => {
    const failure = startEngine(launched('console.error("CUDA out of memory"); process.exit(3)', 600), start())
    await expect(failure).rejects.toThrow(EngineError)
    await expect(failure).rejects.toThrow(/exited by itself \(code 3\).*CUDA out of memory/)
  })

  it('gives up on a server that never gets ready, names its last answer and stops it', async () => {
    const code = `const s = require('http').createServer((q, r) => { r.statusCode = 503; r.end() }); s.listen(process.argv[1], '127.0.0.1')`
    const failure = startEngine(launched(code, 0.7), start())
    await expect(failure).rejects.toThrow(/not ready after 1 s \(last answer: HTTP 503\)/)
  })

  it('says which program could not be started', async () => {
    const engine = { ...launched(''), argv: ['no-such-engine', 'serve'] } as PlannedEngine
    await expect(startEngine(engine, start())).rejects.toThrow(/could not start no-such-engine.*ENOENT/)
  })

  it('tells of a death that nobody asked for, and not of one that was', async () => {
    const code = `${SERVER}.listen(process.argv[1], '127.0.0.1'); setTimeout(() => process.exit(9), 400)`
    const engine = await startEngine(launched(code), start())
    expect(await engine.ended).toMatchObject({ state: 'exited', code: 9 })
    await engine.stop()
    const calm = await startEngine(launched(`${SERVER}.listen(process.argv[1], '127.0.0.1')`), start())
    let told = false
    void calm.ended.then(() => (told = true))
    await calm.stop()
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(told).toBe(false)
  })

  it('starts nothing after a cancel', async () => {
    const mark = join(tmpdir(), `crosschip-started-${process.pid}`)
    const code = `require('fs').writeFileSync(${JSON.stringify(mark)}, '')`
    await expect(startEngine(launched(code), start({ signal: AbortSignal.abort('SIGINT') }))).rejects.toBe('SIGINT')
    expect(existsSync(mark)).toBe(false)
  })

  it('does not finish a readiness request that hangs when it is cancelled', async () => {
    const controller = new AbortController()
    const code = `require('http').createServer(() => console.log('asked')).listen(process.argv[1], '127.0.0.1')`
    const failure = startEngine(launched(code), start({ signal: controller.signal }))
    setTimeout(() => controller.abort('SIGINT'), 800)
    const beganMs = performance.now()
    await expect(failure).rejects.toThrow(EngineError)
    expect(performance.now() - beganMs).toBeLessThan(3500)
  })

  it('attaches to a URL with the key from the environment and leaves that server running', async () => {
    const seen: (string | undefined)[] = []
    const server = createServer((request, response) => {
      seen.push(request.headers.authorization)
      response.end('{}')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    const engine: PlannedEngine = {
      mode: 'attach',
      name: 'remote',
      kind: 'openai',
      url,
      apiKeyVariable: 'MY_KEY',
      readyPath: '/v1/models',
      readyTimeoutSeconds: 5,
      servedModel: 'm',
    }
    const running = await startEngine(engine, start({ environment: { MY_KEY: 'secret' } }))
    await running.stop()
    expect(running.endpoint.url).toBe(url.replace(/\/$/, ''))
    expect((await fetch(url)).status).toBe(200)
    expect(seen[0]).toBe('Bearer secret')
    server.close()
  })
})
