import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import {
  ArtifactServiceError,
  type ArtifactStore,
  actionsArtifacts,
  artifactStore,
  MAX_ARTIFACT_BYTES,
} from '../../../src/github/artifacts.ts'
import { loadPlan, sha256 } from '../../../src/github/plan-source.ts'
import { type ResultsService, startResultsService } from '../../services/results-service.ts'
import { zipOf } from '../../services/zip-writer.ts'

const RUN = 700
let service: ResultsService
let directory: string
let store: ArtifactStore
beforeAll(async () => {
  service = await startResultsService()
  directory = await mkdtemp(join(tmpdir(), 'crosschip-store-'))
  const environment = { ...service.environment(RUN), GITHUB_SERVER_URL: 'https://github.com', RUNNER_TEMP: directory }
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value)
  store = await actionsArtifacts(directory)
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await service?.close()
  await rm(directory, { recursive: true, force: true })
})

async function put(how: 'upload' | 'replace', name: string, text: string): Promise<void> {
  const file = join(directory, 'file.txt')
  await writeFile(file, text)
  await store[how](name, directory, [file])
}

describe('artifacts of a run, by the real client', () => {
  it('come back as they were uploaded, and leave nothing on the disk', async () => {
    await put('upload', 'first', 'hello')
    const [artifact] = await store.list()
    expect(artifact).toMatchObject({ name: 'first', digest: expect.stringMatching(/^sha256:/) })
    expect(await store.read(artifact!, 'file.txt', 100)).toEqual({ state: 'read', text: 'hello' })
    expect((await readdir(directory)).filter((name) => name.startsWith('crosschip-artifact-'))).toEqual([])
  })

  it('do not give way to another of the same name unless asked to', async () => {
    await put('upload', 'plan', 'one')
    await expect(put('upload', 'plan', 'two')).rejects.toThrow()
    await put('replace', 'plan', 'three')
    const plans = (await store.list()).filter((artifact) => artifact.name === 'plan')
    expect(plans).toHaveLength(1)
    expect(await store.read(plans[0]!, 'file.txt', 100)).toEqual({ state: 'read', text: 'three' })
  })

  it('are not even fetched when they are too large', async () => {
    const artifact = { id: 1, name: 'huge', bytes: MAX_ARTIFACT_BYTES + 1, digest: null }
    expect(await store.read(artifact, 'file.txt', 100)).toMatchObject({ reason: expect.stringMatching(/at most/) })
  })

  it('are refused when an entry is larger than its kind may be', async () => {
    const { id } = service.add(RUN, 'bomb', zipOf([{ name: 'a', content: Buffer.alloc(1000), deflated: true }]))
    const artifact = (await store.list()).find((one) => one.id === id)!
    expect(await store.read(artifact, 'a', 100)).toMatchObject({ state: 'invalid' })
  })
})

describe('an artifact service that fails', () => {
  const fails = async () => {
    throw new Error('Received non-retryable error: 503')
  }
  const broken = () => artifactStore({ listArtifacts: fails, downloadArtifact: fails } as never, directory)

  it('is told apart from what a job did wrong', async () => {
    await expect(broken().list()).rejects.toThrow(ArtifactServiceError)
    const artifact = { id: 1, name: 'plan', bytes: 1, digest: null }
    expect(await broken().read(artifact, 'a', 100)).toEqual({
      state: 'unavailable',
      reason: expect.stringMatching(/^it could not be fetched: .*503/),
    })
  })
})

describe('the plan of a run', () => {
  it('is missing aloud', async () => {
    const source = { file: null, digest: sha256('x') }
    await expect(loadPlan(source, async () => store)).rejects.toThrow(/crosschip-plan: is not in this run/)
  })

  it('says what is wrong with it, field by field', async () => {
    const text = '{"schema":"crosschip.plan/1","cells":[]}'
    service.add(RUN, 'crosschip-plan', zipOf([{ name: 'plan.json', content: Buffer.from(text) }]))
    await expect(loadPlan({ file: null, digest: null }, async () => store)).rejects.toThrow(/crosschip-plan: planId/)
  })
})
