import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { parse } from 'yaml'
import { bundleEntry } from './bundle.ts'

/** Starts the bundled action as a runner does: one Node process, everything by environment variables and files. */
export interface Job {
  /** What stands under `with:`; the rest gets the defaults of `action.yml`. */
  inputs: Record<string, string>
  /** Checked out code; the working directory. */
  workspace: string
  event: Record<string, unknown>
  eventName?: string
  repository: string
  runId: number
  attempt?: number
  token: string
  /** Addresses of the services and whatever else the runner would set. */
  environment: Record<string, string>
}

export interface JobEnd {
  code: number | null
  log: string
  outputs: Record<string, string>
  summary: string
  temporary: string
}

export interface RunningJob {
  process: ChildProcess
  temporary: string
  log(): string
  ended: Promise<JobEnd>
}

const JOB_TIMEOUT_MS = 90_000

export async function runJob(job: Job): Promise<JobEnd> {
  return (await startJob(job)).ended
}

export async function startJob(job: Job): Promise<RunningJob> {
  // Every job has a temporary folder of its own, as on runners that differ.
  const directory = await mkdtemp(join(tmpdir(), 'crosschip-job-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  const temporary = join(directory, 'temp')
  await mkdir(temporary)
  const files = {
    event: join(directory, 'event.json'),
    output: join(directory, 'output'),
    summary: join(directory, 'summary'),
  }
  await writeFile(files.event, JSON.stringify(job.event))
  await writeFile(files.output, '')
  await writeFile(files.summary, '')
  const child = spawn(process.execPath, [bundleEntry('action')], {
    cwd: job.workspace,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH ?? '',
      HOME: directory,
      CI: 'true',
      GITHUB_ACTIONS: 'true',
      GITHUB_EVENT_NAME: job.eventName ?? 'pull_request',
      GITHUB_EVENT_PATH: files.event,
      GITHUB_OUTPUT: files.output,
      GITHUB_STEP_SUMMARY: files.summary,
      GITHUB_REPOSITORY: job.repository,
      GITHUB_RUN_ID: String(job.runId),
      GITHUB_RUN_ATTEMPT: String(job.attempt ?? 1),
      GITHUB_SERVER_URL: 'https://github.com',
      GITHUB_SHA: 'd'.repeat(40),
      GITHUB_WORKSPACE: job.workspace,
      RUNNER_TEMP: temporary,
      RUNNER_NAME: 'test-runner',
      ...inputVariables(await withDefaults(job)),
      ...job.environment,
    },
  })
  let log = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (part) => {
      log += String(part)
    })
  const limit = setTimeout(() => child.kill('SIGKILL'), JOB_TIMEOUT_MS)
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve)).then(async (code) => {
    clearTimeout(limit)
    const outputs = parseOutputs(await readFile(files.output, 'utf8'))
    return {
      code,
      log: log.replace(/^::debug::.*\n/gm, ''),
      outputs,
      summary: await readFile(files.summary, 'utf8'),
      temporary,
    }
  })
  return { process: child, temporary, log: () => log, ended }
}

async function withDefaults(job: Job): Promise<Record<string, string>> {
  const metadata = parse(await readFile('action.yml', 'utf8')) as { inputs: Record<string, { default?: string }> }
  const all: Record<string, string> = {}
  for (const [name, { default: value = '' }] of Object.entries(metadata.inputs))
    all[name] = value.replace(/\$\{\{ github\.token \}\}/, job.token)
  return { ...all, ...job.inputs }
}

function inputVariables(inputs: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]))
}

/** `name<<delimiter`, the value's lines, the delimiter again. */
function parseOutputs(text: string): Record<string, string> {
  const outputs: Record<string, string> = {}
  for (const match of text.matchAll(/^([\w-]+)<<(\S+)\n([\s\S]*?)\n\2$/gm)) outputs[match[1]!] = match[3]!
  return outputs
}
