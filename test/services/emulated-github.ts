import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { findFreePort } from '../../src/engine/process.ts'

/** GitHub's REST interface by `emulate`, started as a child process; it needs Node 24, which runs these tests. */
export interface EmulatedGitHub {
  url: string
  owner: string
  repository: string
  token: string
  /** Opens a pull request with one changed file; `event` is the payload that a runner would get. */
  openPullRequest(branch: string): Promise<EmulatedPullRequest>
  comments(pullRequest: number): Promise<{ id: number; body: string; html_url: string }[]>
  close(): Promise<void>
}

export interface EmulatedPullRequest {
  number: number
  headCommit: string
  baseCommit: string
  event: Record<string, unknown>
}

const OWNER = 'octo'
const REPOSITORY = 'serving'
const TOKEN = 'emulated-token'
const READY_TIMEOUT_MS = 20_000
const STOP_TIMEOUT_MS = 5_000

export async function startEmulatedGitHub(): Promise<EmulatedGitHub> {
  const directory = await mkdtemp(join(tmpdir(), 'crosschip-emulate-'))
  const seed = join(directory, 'seed.json')
  await writeFile(
    seed,
    JSON.stringify({
      tokens: { [TOKEN]: { login: OWNER, scopes: ['repo'] } },
      github: { users: [{ login: OWNER }], repos: [{ owner: OWNER, name: REPOSITORY, auto_init: true }] },
    }),
  )
  const port = await findFreePort()
  const program = fileURLToPath(import.meta.resolve('emulate/cli'))
  const child = spawn(
    process.execPath,
    [program, 'start', '--service', 'github', '--port', String(port), '--seed', seed],
    { stdio: ['ignore', 'pipe', 'pipe'], cwd: directory },
  )
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (output += String(part)))

  const url = `http://127.0.0.1:${port}`
  const repository = `${url}/repos/${OWNER}/${REPOSITORY}`
  const ask = async <T>(address: string, method = 'GET', body?: unknown): Promise<T> => {
    const response = await fetch(address, {
      method,
      headers: { authorization: `Bearer ${TOKEN}` },
      body: body === undefined ? null : JSON.stringify(body),
    })
    if (!response.ok) throw new Error(`${method} ${address}: ${response.status} ${await response.text()}`)
    return (await response.json()) as T
  }
  await waitUntil(
    () => ask(repository),
    child,
    () => output,
  )

  return {
    url,
    owner: OWNER,
    repository: REPOSITORY,
    token: TOKEN,
    async openPullRequest(branch) {
      const main = await ask<{ object: { sha: string } }>(`${repository}/git/ref/heads/main`)
      await ask(`${repository}/git/refs`, 'POST', { ref: `refs/heads/${branch}`, sha: main.object.sha })
      const content = Buffer.from(branch).toString('base64')
      await ask(`${repository}/contents/${branch}.txt`, 'PUT', { message: 'Change', content, branch })
      const pull = await ask<{ number: number; head: { sha: string }; base: { sha: string } }>(
        `${repository}/pulls`,
        'POST',
        { title: branch, head: branch, base: 'main' },
      )
      return {
        number: pull.number,
        headCommit: pull.head.sha,
        baseCommit: pull.base.sha,
        event: pullRequestEvent(branch, pull.number, pull.head.sha, pull.base.sha),
      }
    },
    comments: (pullRequest) => ask(`${repository}/issues/${pullRequest}/comments`),
    async close() {
      await stop(child)
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/** The fields of a `pull_request` event that runners, act and we read. */
export function pullRequestEvent(branch: string, number: number, head: string, base: string): Record<string, unknown> {
  const repository = {
    name: REPOSITORY,
    full_name: `${OWNER}/${REPOSITORY}`,
    owner: { login: OWNER },
    default_branch: 'main',
  }
  return {
    action: 'opened',
    number,
    repository,
    pull_request: {
      number,
      head: { sha: head, ref: branch, repo: { full_name: repository.full_name, fork: false } },
      base: { sha: base, ref: 'main' },
      user: { login: OWNER },
    },
  }
}

async function waitUntil(ask: () => Promise<unknown>, child: ChildProcess, output: () => string): Promise<void> {
  const deadline = Date.now() + READY_TIMEOUT_MS
  while (Date.now() < deadline && child.exitCode === null) {
    if (await ask().then(Boolean, () => false)) return
    await sleep(50)
  }
  await stop(child)
  throw new Error(`emulate did not get ready:\n${output()}`)
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  const killed = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS)
  await exited
  clearTimeout(killed)
}
