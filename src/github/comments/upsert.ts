import { formatMarker, isNewer, type Marker, parseMarker } from './marker.ts'
import { CommentRefusal, type ExistingComment, type PullRequestComments, type Viewer } from './port.ts'

/** GitHub answers 422 "Body is too long (maximum is 65536 characters)" to more. */
export const MAX_COMMENT_CHARACTERS = 65_536
const MAX_ATTEMPTS = 3

export type CommentOutcome =
  | { state: 'created'; url: string }
  /** `duplicates`: further comments of ours that stand beside it, left as they are. */
  | { state: 'updated'; url: string; duplicates: number }
  /** The comment speaks of something newer than this run, so it stays. */
  | { state: 'kept'; url: string; reason: string }
  | { state: 'not-written'; reason: string }

export type CommentDecision =
  | { action: 'create' }
  | { action: 'update'; comment: ExistingComment; duplicates: number }
  | { action: 'keep'; comment: ExistingComment; reason: string }

/**
 * What to do with the comments that are there. Pure. Of several of ours the oldest is the one that is kept up to date:
 * it is the one people have seen. Whether a newer run has spoken is asked of all of them.
 */
export function decideComment(
  comments: readonly ExistingComment[],
  viewer: Viewer,
  marker: Marker,
  currentHead: string,
): CommentDecision {
  const ours = comments.flatMap((comment) => {
    const found = parseMarker(comment.body)
    return found && found.key === marker.key && isOurs(comment, viewer) ? { comment, marker: found } : []
  })
  ours.sort((a, b) => a.comment.id - b.comment.id)
  const oldest = ours[0]
  if (!oldest) return { action: 'create' }
  const newer = ours.find((one) => isNewer(one.marker, marker))
  if (newer) return { action: 'keep', comment: newer.comment, reason: `it is from the newer run ${newer.marker.run}` }
  const current = ours.find((one) => one.marker.head === currentHead)
  if (current && marker.head !== currentHead)
    return {
      action: 'keep',
      comment: current.comment,
      reason: 'it is about the current head, this run is about another',
    }
  return { action: 'update', comment: oldest.comment, duplicates: ours.length - 1 }
}

function isOurs(comment: ExistingComment, viewer: Viewer): boolean {
  if (!comment.author) return false
  switch (viewer.kind) {
    case 'user':
      return comment.author.login.toLowerCase() === viewer.login.toLowerCase()
    case 'app':
      return comment.author.isBot
  }
}

/**
 * Writes our one comment: edits it when it is there, creates it when it is not, and says why when neither could be
 * done. Never throws for what GitHub answers: a comment that cannot be written must not hide the verdict. A failed
 * creation may have happened all the same, so another try starts by looking again.
 */
export async function upsertComment(
  comments: PullRequestComments,
  marker: Marker,
  text: string,
): Promise<CommentOutcome> {
  const body = `${formatMarker(marker)}\n${text}`
  if (body.length > MAX_COMMENT_CHARACTERS)
    return { state: 'not-written', reason: `it has ${body.length} characters, GitHub takes ${MAX_COMMENT_CHARACTERS}` }
  let reason = ''
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
    try {
      return await write(comments, marker, body)
    } catch (error) {
      if (!(error instanceof CommentRefusal)) throw error
      reason = explain(error)
      if (error.kind !== 'unavailable') break
    }
  }
  return { state: 'not-written', reason }
}

async function write(comments: PullRequestComments, marker: Marker, body: string): Promise<CommentOutcome> {
  const viewer = await comments.viewer()
  const existing = await comments.list()
  // Last of the questions, so that as little time as possible lies between the answer and the writing.
  const head = await comments.currentHead()
  const decision = decideComment(existing, viewer, marker, head)
  switch (decision.action) {
    case 'create':
      return { state: 'created', url: (await comments.create(body)).url }
    case 'update': {
      const written = await comments.update(decision.comment.id, body)
      return { state: 'updated', url: written.url, duplicates: decision.duplicates }
    }
    case 'keep':
      return { state: 'kept', url: decision.comment.url, reason: decision.reason }
  }
}

function explain(refusal: CommentRefusal): string {
  const answer = `GitHub answered ${refusal.status} (${refusal.message})`
  switch (refusal.kind) {
    case 'forbidden':
      return `${answer}: the token may not write here. Runs for forks have a read-only token; otherwise give the job pull-requests: write`
    case 'unauthorized':
      return `${answer}: the token is not valid`
    case 'not-found':
      return `${answer}: no such pull request, or the token may not see it`
    case 'rate-limited':
      return `${answer}: the rate limit did not clear in time`
    case 'rejected':
    case 'unavailable':
    case 'unexpected':
      return answer
  }
}
