import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { actionsCache, type DocumentCache } from '../../../src/github/cache.ts'
import { type ResultsService, startResultsService } from '../../services/results-service.ts'

let service: ResultsService
let directory: string
let cache: DocumentCache
beforeAll(async () => {
  service = await startResultsService()
  directory = await mkdtemp(join(tmpdir(), 'crosschip-cache-'))
  const environment = {
    ...service.environment(900),
    RUNNER_TEMP: directory,
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_WORKSPACE: directory,
  }
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value)
  cache = await actionsCache(directory)
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await service?.close()
  await rm(directory, { recursive: true, force: true })
})

describe("a document in GitHub's cache, by the real client", () => {
  it('comes back under its key, and under the start of a key, newest first', async () => {
    expect(await cache.save('baseline-1111', '{"commit":1}')).toBe(true)
    expect(await cache.save('baseline-2222', '{"commit":2}')).toBe(true)
    expect(await cache.restore('baseline-1111')).toEqual({ key: 'baseline-1111', text: '{"commit":1}' })
    expect(await cache.restore('baseline-3333', ['baseline-'])).toEqual({ key: 'baseline-2222', text: '{"commit":2}' })
  })

  it('is a miss under another key', async () => {
    expect(await cache.restore('other')).toBeNull()
  })

  it('is not replaced, and says so', async () => {
    expect(await cache.save('baseline-1111', '{"commit":9}')).toBe(false)
    expect(await cache.restore('baseline-1111')).toMatchObject({ text: '{"commit":1}' })
  })

  it('is a miss when the service is gone', async () => {
    vi.stubEnv('ACTIONS_RESULTS_URL', '')
    expect(await cache.restore('baseline-1111')).toBeNull()
    expect(await cache.save('baseline-4444', '{}')).toBe(false)
  })
})
