import { randomUUID } from 'node:crypto'
import { getOctokit } from '@actions/github'
import { retry } from '@octokit/plugin-retry'
import { throttling } from '@octokit/plugin-throttling'
import { CommentRefusal, type PullRequestComments, type RefusalKind } from './port.ts'

export interface CommentAddress {
  apiUrl: string
  token: string
  repository: { owner: string; name: string }
  pullRequest: number
}

export interface Patience {
  /** Of one request, its retries included. */
  requestTimeoutMs: number
  /** Longest wait for a rate limit that is worth it; a longer one ends the attempt. */
  rateLimitWaitSeconds: number
  rateLimitRetries: number
  /** Retries of a request that a server error ended, after 1, 4, ... times `retryBaseMs`. */
  serverErrorRetries: number
  retryBaseMs: number
}

export const DEFAULT_PATIENCE: Patience = {
  requestTimeoutMs: 180_000,
  rateLimitWaitSeconds: 60,
  rateLimitRetries: 2,
  serverErrorRetries: 2,
  retryBaseMs: 1000,
}

const COMMENTS_PER_PAGE = 100
const MAX_PAGES = 100
/** docs.github.com, "API versions". */
const HEADERS = { 'x-github-api-version': '2022-11-28' }

/** The comments of one pull request over GitHub's REST interface. Errors come out as {@link CommentRefusal}. */
export function octokitComments(address: CommentAddress, patience: Patience = DEFAULT_PATIENCE): PullRequestComments {
  const wait = (retryAfter: number, _options: unknown, _octokit: unknown, retries: number) =>
    retries < patience.rateLimitRetries && retryAfter <= patience.rateLimitWaitSeconds
  const octokit = getOctokit(
    address.token,
    {
      baseUrl: address.apiUrl,
      // The plugins' remarks would go to the console of whoever uses this; what matters is in the outcome.
      log: { debug() {}, info() {}, warn() {}, error() {} },
      // An id of its own: the plugin spaces the writes of all that share one, whatever they write to.
      throttle: {
        id: randomUUID(),
        onRateLimit: wait,
        onSecondaryRateLimit: wait,
        retryAfterBaseValue: patience.retryBaseMs,
      },
      retry: { retries: patience.serverErrorRetries, retryAfterBaseValue: patience.retryBaseMs },
    },
    throttling,
    retry,
  )
  const { owner, name: repo } = address.repository
  const pull = { owner, repo, issue_number: address.pullRequest, headers: HEADERS }
  const limited = (retries?: number) => ({
    signal: AbortSignal.timeout(patience.requestTimeoutMs),
    ...(retries === undefined ? {} : { retries }),
  })

  return {
    async list() {
      const options = { ...pull, per_page: COMMENTS_PER_PAGE, request: limited() }
      let pages = 0
      const found = await asked(() =>
        octokit.paginate(octokit.rest.issues.listComments, options, (page, done) => {
          pages += 1
          if (pages === MAX_PAGES) done()
          return page.data
        }),
      )
      return found.map((comment) => ({
        id: comment.id,
        body: comment.body ?? '',
        url: comment.html_url,
        author: comment.user ? { login: comment.user.login, isBot: comment.user.type === 'Bot' } : null,
      }))
    },
    async create(body) {
      // Not retried here: a creation that seems to have failed may have happened, so the caller looks first.
      const { data } = await asked(() => octokit.rest.issues.createComment({ ...pull, body, request: limited(0) }))
      return { id: data.id, url: data.html_url }
    },
    async update(id, body) {
      const { data } = await asked(() =>
        octokit.rest.issues.updateComment({ owner, repo, comment_id: id, headers: HEADERS, body, request: limited() }),
      )
      return { id: data.id, url: data.html_url }
    },
    async viewer() {
      try {
        const { data } = await asked(() =>
          octokit.rest.users.getAuthenticated({ headers: HEADERS, request: limited() }),
        )
        return { kind: 'user', login: data.login }
      } catch (error) {
        if (error instanceof CommentRefusal && error.kind === 'forbidden') return { kind: 'app' }
        throw error
      }
    },
    async currentHead() {
      const { data } = await asked(() =>
        octokit.rest.pulls.get({ owner, repo, pull_number: address.pullRequest, headers: HEADERS, request: limited() }),
      )
      return data.head.sha
    },
  }
}

async function asked<T>(request: () => Promise<T>): Promise<T> {
  try {
    return await request()
  } catch (error) {
    throw refusal(error)
  }
}

/** Octokit gives network errors the status 500, and an abort no status at all. */
function refusal(error: unknown): CommentRefusal {
  const { status, message, response } = error as {
    status?: number
    message: string
    response?: { headers: Record<string, string | undefined> }
  }
  const code = status ?? 0
  return new CommentRefusal(kindOf(code, message, response?.headers ?? {}), code, firstLine(message), { cause: error })
}

function kindOf(status: number, message: string, headers: Record<string, string | undefined>): RefusalKind {
  const limited = headers['x-ratelimit-remaining'] === '0' || /rate limit/i.test(message)
  if (status === 429 || (status === 403 && limited)) return 'rate-limited'
  if (status === 401) return 'unauthorized'
  if (status === 403) return 'forbidden'
  if (status === 404 || status === 410) return 'not-found'
  if (status === 422) return 'rejected'
  return status >= 500 ? 'unavailable' : 'unexpected'
}

const MAX_MESSAGE_CHARACTERS = 300

function firstLine(message: string): string {
  return (message.split('\n')[0] ?? '').slice(0, MAX_MESSAGE_CHARACTERS)
}
