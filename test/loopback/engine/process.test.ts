import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { CANCELLED_GRACE_MS, findFreePort, type ServerProcess, startProcess } from '../../../src/engine/process.ts'

const started: ServerProcess[] = []
const node = (code: string) => start(['-e', code])
async function start(argv: string[]): Promise<ServerProcess> {
  const server = await startProcess({ argv: [process.execPath, ...argv], env: process.env, cwd: '.' })
  started.push(server)
  return server
}
afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.stop(100)))
})

const alive = (pid: number) => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

async function until(condition: () => boolean): Promise<void> {
  for (let wait = 0; wait < 200 && !condition(); wait++) await sleep(25)
  expect(condition()).toBe(true)
}

describe('startProcess', () => {
  it('tells the exit code and the last output of a server that dies', async () => {
    const server = await node('console.log("a"); console.error("no device"); process.exit(7)')
    expect(await server.exited).toEqual({ code: 7, signal: null })
    await until(() => server.logTail().includes('no device'))
  })

  it('rejects for a program that is not there', async () => {
    await expect(startProcess({ argv: ['./no-such-program'], env: {}, cwd: '.' })).rejects.toThrow('ENOENT')
  })

  it('stops the workers that the server left behind, and nothing else', async () => {
    const bystander = await node('setInterval(() => {}, 1000)')
    const server = await node(
      `const worker = require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
       console.log('worker', worker.pid); setInterval(() => {}, 1000)`,
    )
    await until(() => /worker \d+/.test(server.logTail()))
    const worker = Number(/worker (\d+)/.exec(server.logTail())![1])
    expect(alive(worker)).toBe(true)
    await server.stop()
    await until(() => !alive(worker) && !alive(server.pid))
    expect(alive(bystander.pid)).toBe(true)
  })

  it('leaves no server behind when its own process crashes', async () => {
    const module = new URL('../../../src/engine/process.ts', import.meta.url).href
    const parent = await start([
      '--input-type=module',
      '-e',
      `import { startProcess } from ${JSON.stringify(module)}
       const server = await startProcess({ argv: [process.execPath, '-e', 'setInterval(() => {}, 1000)'], env: {}, cwd: '.' })
       console.log('server', server.pid)
       setTimeout(() => { throw new Error('a bug of ours') }, 200)`,
    ])
    await until(() => /server \d+/.test(parent.logTail()))
    const server = Number(/server (\d+)/.exec(parent.logTail())![1])
    expect(alive(server)).toBe(true)
    expect((await parent.exited).code).toBe(1)
    await until(() => !alive(server))
  })

  it('leaves no simulator behind when its own process is killed', async () => {
    const cli = new URL('../../../src/cli.ts', import.meta.url).pathname
    const parent = await start([
      '-e',
      `const child = require('child_process').spawn(process.execPath, [${JSON.stringify(cli)}, 'simulate', '--port', '0', '--end-with-parent'], { detached: true })
       child.stdout.on('data', (text) => console.log('up', child.pid, String(text)))
       setInterval(() => {}, 1000)`,
    ])
    await until(() => /up \d+/.test(parent.logTail()))
    const simulator = Number(/up (\d+)/.exec(parent.logTail())![1])
    process.kill(parent.pid, 'SIGKILL')
    await until(() => !alive(simulator))
  })

  it('kills a server that does not listen to TERM', async () => {
    const server = await node(`process.on('SIGTERM', () => {}); console.log('up'); setInterval(() => {}, 1000)`)
    await until(() => server.logTail().includes('up'))
    await server.stop(200)
    expect(await server.exited).toEqual({ code: null, signal: 'SIGKILL' })
  })

  it('shortens the grace of a stop that is under way when the run is cancelled', async () => {
    const server = await node(`process.on('SIGTERM', () => {}); console.log('up'); setInterval(() => {}, 1000)`)
    await until(() => server.logTail().includes('up'))
    const controller = new AbortController()
    const beganMs = performance.now()
    setTimeout(() => controller.abort('SIGINT'), 100)
    await server.stop(25_000, controller.signal)
    const tookMs = performance.now() - beganMs
    expect(await server.exited).toEqual({ code: null, signal: 'SIGKILL' })
    expect(tookMs).toBeGreaterThan(CANCELLED_GRACE_MS * 0.9)
    expect(tookMs).toBeLessThan(CANCELLED_GRACE_MS + 3500)
  })

  it('does not take a group that it may not signal for one that is gone', async () => {
    const server = await node('setInterval(() => {}, 1000)')
    const sent: (string | number | undefined)[] = []
    const kill = vi.spyOn(process, 'kill').mockImplementation((_, signal) => {
      sent.push(signal)
      // The worker of another user goes only with the last signal.
      const code = sent.includes('SIGKILL') && signal === 0 ? 'ESRCH' : 'EPERM'
      throw Object.assign(new Error(code), { code })
    })
    const stopping = server.stop(100)
    await stopping.finally(() => kill.mockRestore())
    process.kill(-server.pid, 'SIGKILL')
    expect(sent).toEqual(['SIGTERM', 0, 0, 'SIGKILL', 0])
  })
})

describe('findFreePort', () => {
  it('gives ports that differ', async () => {
    const ports = await Promise.all([findFreePort(), findFreePort(), findFreePort()])
    expect(new Set(ports).size).toBe(3)
  })
})
