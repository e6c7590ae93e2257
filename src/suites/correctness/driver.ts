import type { Endpoint } from '../../engine/endpoint.ts'
import type { Clock, Progress } from '../../ports.ts'
import type { CheckResult, CorrectnessResult, Judgement } from '../../record/cell-result.ts'
import { capabilitiesOf } from './capabilities.ts'
import { CAPABILITIES, type Check, type CheckContext, unsent } from './check.ts'
import { clip } from './evidence.ts'
import { gate } from './gate.ts'
import { inDependencyOrder } from './order.ts'
import { answers, type Probing, probe, type Sender } from './probe.ts'
import { type Redaction, redactionOf } from './redact.ts'
import { runCheckOnce } from './run-check.ts'
import { send } from './send.ts'

/** One request may take this long, from sending to the last byte. */
export const DEFAULT_REQUEST_TIMEOUT_MS = 180_000
/** A probe asks for a handful of tokens; the first one may still meet a cold server that compiles. */
const PROBE_TIMEOUT_MS = 60_000

export interface CorrectnessOptions {
  endpoint: Endpoint
  context: Omit<CheckContext, 'capabilities'>
  checks: readonly Check[]
  /** Most requests in flight at once, whatever a check wishes. */
  concurrency: number
  signal: AbortSignal
  clock: Clock
  progress: Progress
  requestTimeoutMs?: number
  checkTimeoutMs?: number
}

/**
 * Probes the server, then runs the checks one after another in the order of their prerequisites. Never throws for
 * anything a server does: each check ends in exactly one judgement. On abort, what has been judged is kept and the rest
 * says that it was not.
 */
export async function runCorrectness(options: CorrectnessOptions): Promise<CorrectnessResult> {
  const { clock, progress, signal } = options
  const startedMs = clock.monotonicMs()
  const requestTimeoutMs = options.requestTimeoutMs ?? DEFAULT_REQUEST_TIMEOUT_MS
  const ordered = inDependencyOrder(options.checks)
  const redaction = redactionOf(options.endpoint)
  const results: CheckResult[] = []
  const finish = (capabilities: Record<string, boolean>): CorrectnessResult => ({
    seed: options.context.seed,
    capabilities,
    checks: options.checks.map((check) => results.find((result) => result.id === check.id)!),
    durationMs: clock.monotonicMs() - startedMs,
  })

  progress.step('correctness', 0, ordered.length)
  const timeoutMs = Math.min(requestTimeoutMs, PROBE_TIMEOUT_MS)
  const ask: Sender = (request) => send(options.endpoint, request, { clock, signal, timeoutMs })
  const probing = await probe(options.context.model, ask)
  const obstacle = obstacleOf(probing, signal)
  if (probing.state === 'unreachable' || obstacle) {
    for (const check of ordered) results.push(unsent(check, obstacle!))
    return finish(Object.fromEntries(CAPABILITIES.map((capability) => [capability, false])))
  }

  const capabilities = capabilitiesOf(probing.findings)
  const context: CheckContext = { ...options.context, capabilities }
  let gone: Judgement | null = null
  for (const [index, check] of ordered.entries()) {
    const hindrance = signal.aborted ? INTERRUPTED : (gone ?? gate(check, probing.findings, results))
    if (hindrance) results.push(unsent(check, bounded(hindrance, redaction)))
    else {
      const run = await runCheckOnce(check, context, { ...options, requestTimeoutMs, redaction })
      results.push(run.result)
      // A server that hangs or has died would otherwise cost every further check its time limit.
      if (run.silent && !(await answers(options.context.model, ask)))
        gone = { state: 'error', reason: `the server stopped answering during ${check.id}` }
    }
    progress.step('correctness', index + 1, ordered.length)
  }
  return finish(capabilities)
}

const INTERRUPTED: Judgement = { state: 'error', reason: 'interrupted before it began' }

function obstacleOf(probing: Probing, signal: AbortSignal): Judgement | null {
  if (signal.aborted) return INTERRUPTED
  if (probing.state === 'probed') return null
  return { state: 'error', reason: clip(`the server cannot be reached: ${probing.reason}`, 500) }
}

function bounded(judgement: Judgement, redaction: Redaction): Judgement {
  return judgement.state === 'pass' ? judgement : { ...judgement, reason: clip(redaction(judgement.reason), 1000) }
}
