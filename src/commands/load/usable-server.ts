import type { Endpoint } from '../../engine/endpoint.ts'
import type { ServerProbe } from '../../suites/performance/probe.ts'
import { ask, firstModel } from '../../suites/performance/server-questions.ts'

/** The server is not there or not usable at all; the message says the mend. */
export class NoUsableServer extends Error {
  override readonly name = 'NoUsableServer'
}

/** The first model that the server lists. Throws {@link NoUsableServer} when there is none. */
export async function askModel(
  reach: Pick<Endpoint, 'url' | 'headers' | 'network'>,
  signal: AbortSignal,
): Promise<string> {
  const answer = await ask(reach, '/v1/models', null, signal)
  if (answer.state === 'unreachable') throw new NoUsableServer(notThere(reach.url, answer.reason))
  const model = firstModel(answer)
  if (model !== null) return model
  const mend = answer.status === 401 || answer.status === 403 ? '--api-key-variable' : '--model'
  throw new NoUsableServer(`${reach.url}/v1/models names no model (HTTP ${answer.status}): give ${mend}.`)
}

/** What a person can do about a first small request that failed. */
export function explainFailure(url: string, { outcome }: NonNullable<ServerProbe['failure']>): string {
  if (outcome.state === 'ok') return ''
  if (outcome.error === 'connect') return notThere(url, outcome.detail)
  const said = `The server at ${url} does not serve a streamed chat request (${outcome.error}: ${outcome.detail}).`
  if (outcome.error !== 'http-status') return `${said} See what it answers to POST ${url}/v1/chat/completions.`
  if (/^HTTP 40[13]\b/.test(outcome.detail)) return `${said} Give --api-key-variable.`
  if (/^HTTP 404\b/.test(outcome.detail)) return `${said} Check --model, and that the URL ends before /v1.`
  return said
}

function notThere(url: string, reason: string): string {
  if (/certificate|self-signed|unable to verify/i.test(reason))
    return `The certificate of ${url} is not trusted (${reason}). Give --ca with the authority's certificate.`
  return `No server answers at ${url} (${reason}). Start it, or check host and port.`
}
