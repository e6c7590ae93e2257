/** What we need of a pull request's comments, named for the purpose; `octokit.ts` is the real one. */
export interface PullRequestComments {
  /** Every comment of the pull request, however many, oldest first. */
  list(): Promise<ExistingComment[]>
  create(body: string): Promise<WrittenComment>
  update(id: number, body: string): Promise<WrittenComment>
  /** Whose comments are ours. */
  viewer(): Promise<Viewer>
  /** The head commit of the pull request now, which may have moved since the run began. */
  currentHead(): Promise<string>
}

export interface ExistingComment {
  id: number
  body: string
  url: string
  /** Null when the account is gone. */
  author: { login: string; isBot: boolean } | null
}

export interface WrittenComment {
  id: number
  url: string
}

/** `app`: an installation token such as GITHUB_TOKEN, which may not ask who it is (`GET /user` answers 403). */
export type Viewer = { kind: 'user'; login: string } | { kind: 'app' }

/** Why GitHub did not do what was asked; `unavailable` may pass, the others will not. */
export type RefusalKind =
  | 'unauthorized'
  | 'forbidden'
  | 'not-found'
  | 'rejected'
  | 'rate-limited'
  | 'unavailable'
  | 'unexpected'

export class CommentRefusal extends Error {
  readonly kind: RefusalKind
  readonly status: number

  constructor(kind: RefusalKind, status: number, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'CommentRefusal'
    this.kind = kind
    this.status = status
  }
}
