import { writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseMarker } from '../../../src/github/comments/marker.ts'
import { octokitComments } from '../../../src/github/comments/octokit.ts'
import { upsertComment } from '../../../src/github/comments/upsert.ts'
import { publishFromEnvironment } from '../../../src/github/publish.ts'
import { type EmulatedGitHub, startEmulatedGitHub } from '../../services/emulated-github.ts'

let github: EmulatedGitHub
let directory: string
beforeAll(async () => {
  github = await startEmulatedGitHub()
  directory = await mkdtemp(join(tmpdir(), 'crosschip-publish-'))
})
afterAll(async () => {
  await github?.close()
  await rm(directory, { recursive: true, force: true })
})

describe('one comment on an emulated GitHub', () => {
  it('is created, then edited in place, then left alone by an older run', async () => {
    const pull = await github.openPullRequest('one-comment')
    const repository = { owner: github.owner, name: github.repository }
    const comments = octokitComments({
      apiUrl: github.url,
      token: github.token,
      repository,
      pullRequest: pull.number,
    })
    const marker = { key: 'default', run: 50, attempt: 1, head: pull.headCommit }
    expect(await upsertComment(comments, marker, 'first')).toMatchObject({ state: 'created' })
    const [first] = await github.comments(pull.number)
    expect(await upsertComment(comments, { ...marker, run: 51 }, 'second')).toMatchObject({ state: 'updated' })
    expect(await upsertComment(comments, marker, 'late')).toMatchObject({ state: 'kept' })

    const standing = await github.comments(pull.number)
    expect(standing).toHaveLength(1)
    expect(standing[0]).toMatchObject({ id: first?.id, body: expect.stringContaining('second') })
    expect(parseMarker(standing[0]?.body ?? '')).toEqual({ ...marker, run: 51 })
  })

  it('stands beside the comment of another key', async () => {
    const pull = await github.openPullRequest('two-keys')
    const repository = { owner: github.owner, name: github.repository }
    const address = { apiUrl: github.url, token: github.token, repository, pullRequest: pull.number }
    for (const key of ['chat', 'agent', 'chat'])
      await upsertComment(octokitComments(address), { key, run: 1, attempt: 1, head: pull.headCommit }, key)
    const keys = (await github.comments(pull.number)).map((comment) => parseMarker(comment.body)?.key)
    expect(keys).toEqual(['chat', 'agent'])
  })
})

describe('report --publish', () => {
  it('writes on the pull request of the event', async () => {
    const pull = await github.openPullRequest('published')
    const said = await publishFromEnvironment({ comment: '## All well' }, environment(pull.event))
    expect(said).toMatch(/^comment created: /)
    const [comment] = await github.comments(pull.number)
    expect(comment?.body).toMatch(
      /^<!-- crosschip:v1:key=default run=77 attempt=2 head=[0-9a-f]{40} -->\n## All well\n/,
    )
    expect(comment?.body).toContain('actions/runs/77/attempts/2')
  })

  it.each([
    ['GITHUB_TOKEN', /GITHUB_TOKEN: is not set/],
    ['GITHUB_REPOSITORY', /GITHUB_REPOSITORY: is not set/],
    ['GITHUB_EVENT_PATH', /GITHUB_EVENT_PATH: is not set/],
  ])('says that %s is missing', async (variable, said) => {
    const without = { ...environment({}), [variable]: '' }
    await expect(publishFromEnvironment({ comment: 'x' }, without)).rejects.toThrow(said)
  })

  it.each([
    ['an event without a pull request', '{}', /no pull request to write on/],
    ['an event that is not JSON', '{"pull', /cannot read the event/],
    ['a pull request without a number', '{"pull_request":{"number":"7; rm"}}', /pull_request.number/],
  ])('refuses %s', async (_name, event, said) => {
    await expect(publishFromEnvironment({ comment: 'x' }, environment(event))).rejects.toThrow(said)
  })
})

function environment(event: unknown): Record<string, string> {
  const file = join(directory, 'event.json')
  writeFileSync(file, typeof event === 'string' ? event : JSON.stringify(event))
  return {
    GITHUB_TOKEN: github.token,
    GITHUB_REPOSITORY: `${github.owner}/${github.repository}`,
    GITHUB_EVENT_PATH: file,
    GITHUB_API_URL: github.url,
    GITHUB_RUN_ID: '77',
    GITHUB_RUN_ATTEMPT: '2',
  }
}
