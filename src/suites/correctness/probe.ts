import { classifyProbes, type Findings, firstProbes, secondProbes } from './capabilities.ts'
import type { CheckRequest, CheckResponse } from './check.ts'

export type Sender = (request: CheckRequest) => Promise<CheckResponse>

/** `unreachable`: not one request was answered over HTTP; asking more would only wait longer. */
export type Probing = { state: 'probed'; findings: Findings } | { state: 'unreachable'; reason: string }

/** After this many probes without an answer the rest stays unknown: a hanging server must not cost a time limit each. */
const MAX_PROBE_FAILURES = 2

/** Asks the server once for what it can do, with about fifteen requests of one or two tokens. */
export async function probe(model: string, send: Sender): Promise<Probing> {
  const first = await Promise.all(firstProbes(model).map(send))
  if (first.every((response) => response.state === 'failed')) {
    const reason = first[0]?.state === 'failed' ? first[0].error : 'no answer'
    return { state: 'unreachable', reason }
  }
  const responses = [...first]
  // One after the other: what is probed here is the parameter, not how the server does under load.
  let failures = 0
  for (const request of secondProbes(model, classifyProbes(first))) {
    const response = await send(request)
    responses.push(response)
    if (response.state === 'failed') failures++
    if (failures >= MAX_PROBE_FAILURES) break
  }
  return { state: 'probed', findings: classifyProbes(responses) }
}

/** Knocks again: whether any of the basic requests still gets an HTTP answer. */
export async function answers(model: string, send: Sender): Promise<boolean> {
  const responses = await Promise.all(firstProbes(model).map(send))
  // Tokenizing and metrics may be served by a process in front of the one that hangs.
  return responses.some(({ state, request }) => state !== 'failed' && /^(chat|completions)$/.test(request.id))
}
