import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Listening, listen } from './listen.ts'

/**
 * GitHub's results service as far as the real clients of artifacts (v4) and cache (v2) speak to it: Twirp calls in
 * JSON, and a blob store with single and block uploads. It keeps everything in memory, so that a test can look at it,
 * remove from it and spoil it.
 */
export interface Artifact {
  id: number
  run: string
  /** Name and run do not tell two artifacts apart; the job that made them does. */
  job: string
  name: string
  blob: string
  size: string
  digest: string | undefined
  final: boolean
}

interface CacheEntry {
  id: number
  key: string
  version: string
  blob: string
  final: boolean
}

export interface ResultsService extends Listening {
  artifacts: Artifact[]
  caches: CacheEntry[]
  bytesOf(artifact: Artifact): Buffer
  setBytes(artifact: Artifact, bytes: Buffer): void
  /** An artifact as if a job of that run had uploaded it; the same name again is a second one. */
  add(runId: number, name: string, bytes: Buffer): Artifact
  /** Environment of a process that belongs to this run, in the runner's words. */
  environment(runId: number): Record<string, string>
}

type Call = Record<string, unknown>

class Refusal extends Error {
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

export async function startResultsService(): Promise<ResultsService> {
  const artifacts: Artifact[] = []
  const caches: CacheEntry[] = []
  const blobs = new Map<string, Buffer>()
  const blocks = new Map<string, Buffer>()
  let lastId = 1000
  let base = ''

  const newBlob = () => `/blobs/${++lastId}`
  const signed = (blob: string) => `${base}${blob}?sig=a%2Fb%3D`
  const artifactOf = (call: Call) => {
    const found = artifacts.findLast(
      (one) =>
        one.run === call.workflow_run_backend_id &&
        one.job === call.workflow_job_run_backend_id &&
        one.name === call.name,
    )
    if (!found) throw new Refusal(404, 'not_found', 'artifact not found')
    return found
  }
  const cacheOf = (call: Call) => caches.find((one) => one.key === call.key && one.version === call.version)

  const calls: Record<string, (call: Call) => unknown> = {
    CreateArtifact(call) {
      const run = String(call.workflow_run_backend_id)
      const name = String(call.name)
      if (artifacts.some((one) => one.run === run && one.name === name))
        throw new Refusal(409, 'already_exists', 'an artifact with this name already exists on the workflow run')
      const job = String(call.workflow_job_run_backend_id)
      const artifact = { id: ++lastId, run, job, name, blob: newBlob(), size: '0', digest: undefined, final: false }
      artifacts.push(artifact)
      return { ok: true, signed_upload_url: signed(artifact.blob) }
    },
    FinalizeArtifact(call) {
      const artifact = artifactOf(call)
      artifact.size = String(call.size)
      artifact.digest = call.hash === undefined ? undefined : String(call.hash)
      artifact.final = true
      return { ok: true, artifact_id: String(artifact.id) }
    },
    ListArtifacts(call) {
      const asked = artifacts.filter(
        (one) =>
          one.final &&
          one.run === call.workflow_run_backend_id &&
          (!call.name_filter || call.name_filter === one.name) &&
          (!call.id_filter || call.id_filter === String(one.id)),
      )
      return {
        artifacts: asked.map((one) => ({
          workflow_run_backend_id: one.run,
          workflow_job_run_backend_id: one.job,
          database_id: String(one.id),
          name: one.name,
          size: one.size,
          created_at: '2026-01-01T00:00:00Z',
          digest: one.digest,
        })),
      }
    },
    GetSignedArtifactURL: (call) => ({ signed_url: signed(artifactOf(call).blob) }),
    DeleteArtifact(call) {
      const artifact = artifactOf(call)
      artifacts.splice(artifacts.indexOf(artifact), 1)
      return { ok: true, artifact_id: String(artifact.id) }
    },
    CreateCacheEntry(call) {
      if (cacheOf(call)) throw new Refusal(409, 'already_exists', 'cache entry already exists')
      const entry = {
        id: ++lastId,
        key: String(call.key),
        version: String(call.version),
        blob: newBlob(),
        final: false,
      }
      caches.push(entry)
      return { ok: true, signed_upload_url: signed(entry.blob) }
    },
    FinalizeCacheEntryUpload(call) {
      const entry = cacheOf(call)
      if (!entry) throw new Refusal(404, 'not_found', 'no such cache entry')
      entry.final = true
      return { ok: true, entry_id: String(entry.id) }
    },
    GetCacheEntryDownloadURL(call) {
      const usable = caches.filter((one) => one.final && one.version === call.version)
      const prefixes = [String(call.key), ...((call.restore_keys as string[] | undefined) ?? [])]
      const hit =
        usable.find((one) => one.key === call.key) ??
        prefixes.flatMap((prefix) => usable.filter((one) => one.key.startsWith(prefix)).reverse())[0]
      return hit ? { ok: true, signed_download_url: signed(hit.blob), matched_key: hit.key } : { ok: false }
    },
  }

  function twirp(method: string, request: IncomingMessage, body: Buffer): unknown {
    if (!/^Bearer .+/.test(request.headers.authorization ?? '')) throw new Refusal(401, 'unauthenticated', 'no token')
    const call = calls[method]
    if (!call) throw new Refusal(404, 'bad_route', `no method ${method}`)
    return call(JSON.parse(body.toString('utf8')) as Call)
  }

  function blob(request: IncomingMessage, response: ServerResponse, url: URL, body: Buffer): void {
    const part = url.searchParams.get('comp')
    if (request.method === 'PUT' && part === 'block') blocks.set(url.pathname + url.searchParams.get('blockid'), body)
    else if (request.method === 'PUT' && part === 'blocklist') {
      const ids = [...body.toString('utf8').matchAll(/<Latest>([^<]+)</g)].map((match) => match[1])
      blobs.set(url.pathname, Buffer.concat(ids.map((id) => blocks.get(url.pathname + id) ?? Buffer.alloc(0))))
    } else if (request.method === 'PUT') blobs.set(url.pathname, body)
    else {
      const bytes = blobs.get(url.pathname)
      response.writeHead(bytes ? 200 : 404, {
        'content-type': 'application/zip',
        'content-length': bytes?.length ?? 0,
      })
      response.end(request.method === 'HEAD' ? undefined : bytes)
      return
    }
    response.writeHead(201).end()
  }

  const listening = await listen((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const url = new URL(request.url ?? '/', base)
      const body = Buffer.concat(chunks)
      if (url.pathname.startsWith('/blobs/')) return blob(request, response, url, body)
      try {
        const answer = twirp(url.pathname.split('/').at(-1) ?? '', request, body)
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
      } catch (error) {
        const { status = 500, code = 'internal', message } = error as Partial<Refusal> & Error
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ code, msg: message }))
      }
    })
  })
  base = listening.url

  return {
    ...listening,
    artifacts,
    caches,
    bytesOf: (artifact) => blobs.get(artifact.blob) ?? Buffer.alloc(0),
    setBytes: (artifact, bytes) => void blobs.set(artifact.blob, bytes),
    add(runId, name, bytes) {
      const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`
      const size = String(bytes.length)
      const id = ++lastId
      const artifact = { id, run: String(runId), job: `job-${id}`, name, blob: newBlob(), size, digest, final: true }
      artifacts.push(artifact)
      blobs.set(artifact.blob, bytes)
      return artifact
    },
    environment: (runId) => ({
      ACTIONS_RESULTS_URL: `${base}/`,
      ACTIONS_RUNTIME_URL: `${base}/`,
      ACTIONS_RUNTIME_TOKEN: unsignedToken(runId),
      ACTIONS_CACHE_SERVICE_V2: 'true',
    }),
  }
}

/** The clients read run and job out of the token's scope and check no signature. */
function unsignedToken(runId: number): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const nonce = createHash('sha256').update(String(runId)).digest('base64url').slice(0, 8)
  return `${part({ alg: 'none' })}.${part({ scp: `Actions.Results:${runId}:${runId}`, exp: 4102444800 })}.${nonce}`
}
