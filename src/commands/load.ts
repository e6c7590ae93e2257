import { writeFile } from 'node:fs/promises'
import type { Endpoint } from '../engine/endpoint.ts'
import type { Clock, Progress } from '../ports.ts'
import type { LoadPoint } from '../record/cell-result.ts'
import { ConfigurationError } from '../record/problem.ts'
import { loadSpec } from '../suites/performance/load-spec.ts'
import { measureLoadPoint } from '../suites/performance/measure.ts'
import { probeServer, type ServerProbe } from '../suites/performance/probe.ts'
import { writeRawRecords } from '../suites/performance/raw-record-file.ts'
import { ask, firstModel } from '../suites/performance/server-questions.ts'
import { TOOL_VERSION } from '../version.ts'

export const LOAD_SCHEMA = 'crosschip.load/1'

export interface LoadOptions {
  /** Without `/v1` and a trailing slash. */
  url: string
  /** Null takes the first that the server lists. */
  model: string | null
  headers: Record<string, string>
  inputTokens: number
  outputTokens: number
  concurrency: readonly number[]
  requestsPerStream: number
  warmupPerStream: number
  seed: number
  requestTimeoutMs: number
  /** Where the raw record of every measured request goes, one line of JSON each. */
  rawFile: string | null
}

/** What `load --json` prints. */
export interface LoadReport {
  schema: typeof LOAD_SCHEMA
  toolVersion: string
  startedAt: string
  url: string
  model: string
  inputTokens: number
  outputTokens: number
  seed: number
  points: LoadPoint[]
  remarks: string[]
  /** Stopped before the last point. */
  interrupted: boolean
}

export interface LoadSurroundings {
  clock: Clock
  progress: Progress
  signal: AbortSignal
}

/** The server is not there or not usable at all; the message says the mend. */
export class NoUsableServer extends Error {
  override readonly name = 'NoUsableServer'
}

/**
 * Measures one load point for each concurrency, in the given order. Throws {@link NoUsableServer} when the first small
 * request fails, {@link ConfigurationError} when the raw file cannot be written. An abort gives the points so far.
 */
export async function runLoad(options: LoadOptions, surroundings: LoadSurroundings): Promise<LoadReport> {
  const { clock, progress, signal } = surroundings
  const report: LoadReport = {
    schema: LOAD_SCHEMA,
    toolVersion: TOOL_VERSION,
    startedAt: clock.date(),
    url: options.url,
    model: options.model ?? '',
    inputTokens: options.inputTokens,
    outputTokens: options.outputTokens,
    seed: options.seed,
    points: [],
    remarks: [],
    interrupted: false,
  }
  const remark = (text: string) => {
    if (!report.remarks.includes(text)) report.remarks.push(text)
  }
  if (options.rawFile !== null) await startRawFile(options.rawFile)
  try {
    report.model = options.model ?? (await askModel(options, signal))
    const endpoint: Endpoint = { url: options.url, model: report.model, headers: options.headers }
    const { seed, requestTimeoutMs } = options
    const probe = await probeServer({ endpoint, clock, signal, seed, requestTimeoutMs })
    if (probe.failure !== null) throw new NoUsableServer(explainFailure(options.url, probe.failure))
    for (const text of probe.remarks) remark(text)
    for (const concurrency of options.concurrency) {
      const warmupRequests = options.warmupPerStream * concurrency
      const spec = loadSpec({ ...options, scenario: 'load', concurrency, warmupRequests })
      const labelled = labelProgress(progress, `concurrency ${concurrency}`)
      const measured = await measureLoadPoint({ endpoint, spec, clock, signal, progress: labelled, probe })
      const point: LoadPoint = { ...measured.point, rawRecord: null }
      report.points.push(point)
      for (const text of measured.remarks) remark(text)
      if (options.rawFile === null) continue
      try {
        await writeRawRecords(options.rawFile, measured.records, { append: true })
        point.rawRecord = options.rawFile
      } catch (error) {
        remark(`the raw record of concurrency ${concurrency} was not kept: ${(error as Error).message}`)
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error
    report.interrupted = true
  }
  return report
}

async function askModel(options: LoadOptions, signal: AbortSignal): Promise<string> {
  const answer = await ask(options, '/v1/models', null, signal)
  if (answer.state === 'unreachable') throw new NoUsableServer(notThere(options.url, answer.reason))
  const model = firstModel(answer)
  if (model !== null) return model
  const mend = answer.status === 401 || answer.status === 403 ? '--api-key-variable' : '--model'
  throw new NoUsableServer(`${options.url}/v1/models names no model (HTTP ${answer.status}): give ${mend}.`)
}

function explainFailure(url: string, { outcome }: NonNullable<ServerProbe['failure']>): string {
  if (outcome.state === 'ok') return ''
  if (outcome.error === 'connect') return notThere(url, outcome.detail)
  const said = `The server at ${url} does not serve a streamed chat request (${outcome.error}: ${outcome.detail}).`
  if (outcome.error !== 'http-status') return `${said} See what it answers to POST ${url}/v1/chat/completions.`
  if (/^HTTP 40[13]\b/.test(outcome.detail)) return `${said} Give --api-key-variable.`
  if (/^HTTP 404\b/.test(outcome.detail)) return `${said} Check --model, and that the URL ends before /v1.`
  return said
}

function notThere(url: string, reason: string): string {
  return `No server answers at ${url} (${reason}). Start it, or check host and port.`
}

function labelProgress(progress: Progress, label: string): Progress {
  return {
    note: (message) => progress.note(`${label}: ${message}`),
    step: (what, done, total) => progress.step(`${label}: ${what}`, done, total),
  }
}

async function startRawFile(file: string): Promise<void> {
  try {
    await writeFile(file, '')
  } catch (error) {
    const message = `cannot be written: ${(error as Error).message}`
    throw new ConfigurationError([{ file, field: '--raw', message }], { cause: error })
  }
}
