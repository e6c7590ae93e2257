import { afterEach, describe, expect, it } from 'vitest'
import { DEFAULT_PATIENCE, octokitComments, type Patience } from '../../../src/github/comments/octokit.ts'
import { type StubAnswer, type StubGitHub, type StubRequest, startStubGitHub } from '../../services/stub-github.ts'

const HEAD = 'c'.repeat(40)
const QUICK: Patience = { ...DEFAULT_PATIENCE, requestTimeoutMs: 5000, retryBaseMs: 10 }

let stub: StubGitHub | undefined
afterEach(async () => {
  await stub?.close()
  stub = undefined
})

async function commentsWith(answer: (request: StubRequest) => StubAnswer | Promise<StubAnswer>, patience = QUICK) {
  stub = await startStubGitHub(answer)
  const repository = { owner: 'octo', name: 'serving' }
  return octokitComments({ apiUrl: stub.url, token: 'secret', repository, pullRequest: 7 }, patience)
}

const written: StubAnswer = { status: 201, body: { id: 5, html_url: 'https://github.example/5' } }

describe("a pull request's comments over REST", () => {
  it('reads every page and who wrote what', async () => {
    const all = Array.from({ length: 230 }, (_, index) => ({
      id: index + 1,
      body: `comment ${index + 1}`,
      html_url: `https://github.example/${index + 1}`,
      user: index === 0 ? null : { login: `user${index}`, type: index % 2 ? 'Bot' : 'User' },
    }))
    const comments = await commentsWith(({ path, query }) => {
      const page = Number(query.get('page') ?? 1)
      const size = Number(query.get('per_page'))
      const next = `<${stub?.url}${path}?per_page=${size}&page=${page + 1}>; rel="next"`
      const body = all.slice((page - 1) * size, page * size)
      return { status: 200, body, headers: page * size < all.length ? { link: next } : {} }
    })
    const found = await comments.list()
    expect(found.map((comment) => comment.id)).toEqual(all.map((comment) => comment.id))
    expect(found.slice(0, 3).map((comment) => comment.author)).toEqual([
      null,
      { login: 'user1', isBot: true },
      { login: 'user2', isBot: false },
    ])
    expect(stub?.requests).toHaveLength(3)
  })

  it('sends the token, the version and the body, and edits by id', async () => {
    const comments = await commentsWith(() => ({ ...written, status: 200 }))
    expect(await comments.update(5, 'new text')).toEqual({ id: 5, url: 'https://github.example/5' })
    expect(stub?.requests[0]).toMatchObject({
      method: 'PATCH',
      path: '/repos/octo/serving/issues/comments/5',
      headers: { authorization: 'token secret', 'x-github-api-version': '2022-11-28' },
      body: JSON.stringify({ body: 'new text' }),
    })
  })

  it('takes a token that may not ask who it is for an app', async () => {
    const comments = await commentsWith(() => ({
      status: 403,
      body: { message: 'Resource not accessible by integration' },
    }))
    expect(await comments.viewer()).toEqual({ kind: 'app' })
  })

  it('knows the login of a personal token, and the head as it is now', async () => {
    const comments = await commentsWith(({ path }) =>
      path === '/user' ? { status: 200, body: { login: 'octo' } } : { status: 200, body: { head: { sha: HEAD } } },
    )
    expect(await comments.viewer()).toEqual({ kind: 'user', login: 'octo' })
    expect(await comments.currentHead()).toBe(HEAD)
  })

  it.each([
    [401, 'Bad credentials', 'unauthorized'],
    [403, 'Resource not accessible by integration', 'forbidden'],
    [404, 'Not Found', 'not-found'],
    [410, 'Gone', 'not-found'],
    [422, 'Validation Failed: Body is too long', 'rejected'],
  ])('refuses %i (%s) as %s at the first answer', async (status, message, kind) => {
    const comments = await commentsWith(() => ({ status, body: { message } }))
    await expect(comments.create('text')).rejects.toMatchObject({ name: 'CommentRefusal', kind, status })
    expect(stub?.requests).toHaveLength(1)
  })

  it('waits out a secondary rate limit and then writes', async () => {
    let limited = true
    const comments = await commentsWith(() => {
      if (!limited) return { ...written, status: 200 }
      limited = false
      const message = 'You have exceeded a secondary rate limit'
      return { status: 403, body: { message }, headers: { 'retry-after': '2' } }
    })
    expect(await comments.update(5, 'text')).toMatchObject({ id: 5 })
    expect(stub?.requests).toHaveLength(2)
  })

  it('gives up on a rate limit that does not clear, after a bounded number of tries', async () => {
    const message = 'You have exceeded a secondary rate limit'
    const comments = await commentsWith(() => ({ status: 429, body: { message }, headers: { 'retry-after': '1' } }))
    await expect(comments.currentHead()).rejects.toMatchObject({ kind: 'rate-limited' })
    expect(stub?.requests).toHaveLength(1 + QUICK.rateLimitRetries + QUICK.serverErrorRetries)
  })

  it('does not wait for a rate limit that clears in an hour', async () => {
    const reset = String(Math.floor(Date.now() / 1000) + 3600)
    const headers = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset }
    const comments = await commentsWith(() => ({ status: 403, body: { message: 'API rate limit exceeded' }, headers }))
    await expect(comments.create('text')).rejects.toMatchObject({ kind: 'rate-limited' })
    expect(stub?.requests).toHaveLength(1)
  })

  it('asks again after a server error, but never creates a second time by itself', async () => {
    let failures = 2
    const comments = await commentsWith(({ method }) => {
      if (method === 'POST') return { status: 502, body: { message: 'Bad gateway' } }
      failures -= 1
      return failures >= 0 ? { status: 500, body: { message: 'oops' } } : { status: 200, body: [] }
    })
    expect(await comments.list()).toEqual([])
    expect(stub?.requests).toHaveLength(3)
    await expect(comments.create('text')).rejects.toMatchObject({ kind: 'unavailable', status: 502 })
    expect(stub?.requests.filter((request) => request.method === 'POST')).toHaveLength(1)
  })

  it('does not wait for ever for a server that never answers', async () => {
    const patience = { ...QUICK, requestTimeoutMs: 300 }
    const comments = await commentsWith(() => new Promise(() => {}), patience)
    await expect(comments.currentHead()).rejects.toMatchObject({ name: 'CommentRefusal' })
  })

  it('says that nobody listens', async () => {
    const comments = await commentsWith(() => written)
    await stub?.close()
    await expect(comments.create('text')).rejects.toMatchObject({ kind: 'unavailable' })
  })
})
