import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { ArtifactClient } from '@actions/artifact'
import { readZipEntry } from './zip.ts'

/** Files that jobs of one run hand to each other. What a cell job uploaded is hostile until it has been validated. */
export interface ArtifactStore {
  /** `files` are paths below `root`; they keep their place relative to it. */
  upload(name: string, root: string, files: readonly string[]): Promise<void>
  /** As {@link upload}, in the place of one of this name that an earlier attempt left. */
  replace(name: string, root: string, files: readonly string[]): Promise<void>
  /** Every artifact of this run, in the order they were made. Throws {@link ArtifactServiceError}. */
  list(): Promise<StoredArtifact[]>
  /** One file out of an artifact, size-checked and digest-checked; nothing else of it reaches the disk. */
  read(artifact: StoredArtifact, entry: string, maxBytes: number): Promise<ArtifactReading>
}

export interface StoredArtifact {
  id: number
  name: string
  /** Compressed, as the service states it. */
  bytes: number
  digest: string | null
}

/** `unavailable`: the service did not give it, which may pass; `invalid`: what came cannot be believed. */
export type ArtifactReading =
  | { state: 'read'; text: string }
  | { state: 'invalid'; reason: string }
  | { state: 'unavailable'; reason: string }

/** The service did not answer as it should: no mistake of the user, and another attempt may do. */
export class ArtifactServiceError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'ArtifactServiceError'
  }
}

/** A result with its raw records, compressed, stays far below; larger is not even fetched. */
export const MAX_ARTIFACT_BYTES = 256 * 1024 * 1024
export const PLAN_ARTIFACT = 'crosschip-plan'
export const REPORT_ARTIFACT = 'crosschip-report'

/** One name a cell and attempt, so that "re-run failed jobs" adds to what is there and replaces nothing. */
export function cellArtifactName(cell: string, attempt: number): string {
  return `crosschip-cell--${cell}--${attempt}`
}

export function parseCellArtifactName(name: string): { cell: string; attempt: number } | null {
  const match = /^crosschip-cell--([a-z0-9][a-z0-9._-]{0,127})--([1-9]\d{0,2})$/.exec(name)
  return match ? { cell: match[1]!, attempt: Number(match[2]) } : null
}

/** The artifacts of the run that this process belongs to, through GitHub's own client. */
export async function actionsArtifacts(temporary: string): Promise<ArtifactStore> {
  // Loaded late: it is most of the bundle, and not every command needs it.
  const { DefaultArtifactClient } = await import('@actions/artifact')
  return artifactStore(new DefaultArtifactClient(), temporary)
}

export function artifactStore(client: ArtifactClient, temporary: string): ArtifactStore {
  const upload = async (name: string, root: string, files: readonly string[]) => {
    await client.uploadArtifact(name, [...files], root)
  }
  // One archive in memory at a time, however many are being fetched: each may have MAX_ARTIFACT_BYTES.
  let last: Promise<unknown> = Promise.resolve()
  const alone = <T>(work: () => Promise<T>): Promise<T> => {
    const result = last.then(work)
    last = result.catch(() => undefined)
    return result
  }
  return {
    upload,
    async replace(name, root, files) {
      try {
        await upload(name, root, files)
      } catch (error) {
        if (!/\b409\b|already exists/i.test((error as Error).message)) throw error
        await client.deleteArtifact(name)
        await upload(name, root, files)
      }
    },
    async list() {
      const { artifacts } = await client.listArtifacts().catch((error: Error) => {
        throw new ArtifactServiceError(`the artifacts of this run could not be listed: ${error.message}`, {
          cause: error,
        })
      })
      return artifacts
        .map(({ id, name, size, digest }) => ({ id, name, bytes: size, digest: digest ?? null }))
        .sort((a, b) => a.id - b.id)
    },
    async read(artifact, entry, maxBytes) {
      if (artifact.bytes > MAX_ARTIFACT_BYTES)
        return invalid(`${artifact.bytes} bytes, at most ${MAX_ARTIFACT_BYTES} are fetched`)
      const directory = await mkdtemp(join(temporary, 'crosschip-artifact-'))
      try {
        await client.downloadArtifact(artifact.id, { path: directory, skipDecompress: true })
        return await alone(() => readArchive(directory, artifact, entry, maxBytes))
      } catch (error) {
        return { state: 'unavailable', reason: `it could not be fetched: ${(error as Error).message}` }
      } finally {
        await rm(directory, { recursive: true, force: true })
      }
    },
  }
}

async function readArchive(
  directory: string,
  artifact: StoredArtifact,
  entry: string,
  maxBytes: number,
): Promise<ArtifactReading> {
  const [file, ...more] = await readdir(directory)
  if (file === undefined || more.length > 0) return invalid('the service sent no single file')
  const path = join(directory, file)
  const { size } = await stat(path)
  if (size > MAX_ARTIFACT_BYTES) return invalid(`${size} bytes came, at most ${MAX_ARTIFACT_BYTES} are read`)
  const archive = await readFile(path)
  const digest = `sha256:${createHash('sha256').update(archive).digest('hex')}`
  if (artifact.digest !== null && artifact.digest !== digest)
    return invalid('its bytes are not those that were uploaded (SHA-256 differs)')
  const reading = readZipEntry(archive, entry, maxBytes)
  return reading.state === 'read' ? { state: 'read', text: reading.bytes.toString('utf8') } : reading
}

function invalid(reason: string): ArtifactReading {
  return { state: 'invalid', reason }
}
