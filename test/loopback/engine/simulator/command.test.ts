import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterEach, describe, expect, it } from 'vitest'

const CLI = new URL('../../../../src/cli.ts', import.meta.url).pathname
const children: ChildProcess[] = []

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

interface Running {
  child: ChildProcess
  stdout(): string
  stderr(): string
  /** Resolves with the exit code. */
  ended: Promise<number | null>
}

function simulate(...options: string[]): Running {
  const child = spawn(process.execPath, [CLI, 'simulate', ...options], { stdio: ['ignore', 'pipe', 'pipe'] })
  children.push(child)
  const text = { out: '', err: '' }
  child.stdout!.on('data', (chunk) => {
    text.out += chunk
  })
  child.stderr!.on('data', (chunk) => {
    text.err += chunk
  })
  const ended = once(child, 'close').then(([code]) => code as number | null)
  return { child, stdout: () => text.out, stderr: () => text.err, ended }
}

async function listening(running: Running): Promise<string> {
  for (let tries = 0; tries < 500 && !running.stdout().includes('\n'); tries++)
    await new Promise((resolve) => setTimeout(resolve, 20))
  return running.stdout().trim()
}

function chat(url: string): Promise<Response> {
  const body = JSON.stringify({ messages: [{ role: 'user', content: 'Hi' }], max_tokens: 1 })
  return fetch(`${url}/v1/chat/completions`, { method: 'POST', body })
}

describe('crosschip simulate', () => {
  it('prints its address when it listens, serves, and stops at a signal', async () => {
    const running = simulate('--model', 'v4-flash', '--ttft-ms', '1')
    const url = await listening(running)
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    const models = (await (await fetch(`${url}/v1/models`)).json()) as { data: { id: string }[] }
    expect(models.data[0]!.id).toBe('v4-flash')
    expect((await chat(url)).status).toBe(200)
    running.child.kill('SIGTERM')
    await running.ended
    expect(running.stdout()).toBe(`${url}\n`)
    await expect(fetch(`${url}/health`)).rejects.toThrow()
  })

  it('names the nearest fault for one that does not exist, and every other mistake with it', async () => {
    const running = simulate('--fault', 'slow-decoed', '--port', '99999')
    expect(await running.ended).toBe(2)
    expect(running.stderr()).toContain('did you mean "slow-decode"?')
    expect(running.stderr()).toContain('--port')
    expect(running.stdout()).toBe('')
  })

  it('says that a port is taken', async () => {
    const first = simulate()
    const { port } = new URL(await listening(first))
    const second = simulate('--port', port)
    expect(await second.ended).toBe(2)
    expect(second.stderr()).toContain(`${port} is taken`)
  })

  it('lists the faults, and shows an example in its help', async () => {
    const list = simulate('--list-faults')
    expect(await list.ended).toBe(0)
    expect(list.stdout()).toMatch(/^slow-decode +time per output token is 8 % longer$/m)
    const help = simulate('--help')
    expect(await help.ended).toBe(0)
    expect(help.stdout()).toContain('Example:')
  })

  it('exits with 1 when the engine dies', async () => {
    const running = simulate('--fault', 'engine-dies', '--ttft-ms', '1')
    const url = await listening(running)
    await Promise.allSettled(Array.from({ length: 40 }, async () => (await chat(url)).text()))
    expect(await running.ended).toBe(1)
  })
})
