import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatMarker } from '../../../src/github/comments/marker.ts'
import {
  CommentRefusal,
  type ExistingComment,
  type PullRequestComments,
  type RefusalKind,
  type Viewer,
} from '../../../src/github/comments/port.ts'
import { decideComment, MAX_COMMENT_CHARACTERS, upsertComment } from '../../../src/github/comments/upsert.ts'

const HEAD = 'a'.repeat(40)
const OLD_HEAD = 'b'.repeat(40)
const BOT = { login: 'github-actions[bot]', isBot: true }
const APP: Viewer = { kind: 'app' }
const marker = { key: 'default', run: 50, attempt: 1, head: HEAD }

let nextId = 0
function comment(given: { run?: number; head?: string; key?: string; author?: ExistingComment['author'] } = {}) {
  const own = { key: given.key ?? 'default', run: given.run ?? 49, attempt: 1, head: given.head ?? HEAD }
  const id = ++nextId
  const author = given.author === undefined ? BOT : given.author
  return { id, body: `${formatMarker(own)}\nold`, url: `https://github.example/${id}`, author }
}

describe('decision on the comment', () => {
  it('creates one where none of ours stands', () => {
    const foreign = [{ ...comment(), body: 'looks fine to me' }, comment({ key: 'nightly' })]
    expect(decideComment(foreign, APP, marker, HEAD)).toEqual({ action: 'create' })
  })

  it('edits ours, also when the same run reports again', () => {
    const [older, same] = [comment(), comment({ run: 50 })]
    expect(decideComment([older], APP, marker, HEAD)).toMatchObject({ action: 'update', comment: older })
    expect(decideComment([same], APP, marker, HEAD)).toMatchObject({ action: 'update', comment: same })
  })

  it('does not touch a comment that somebody else began with our marker', () => {
    const pasted = comment({ author: { login: 'mallory', isBot: false } })
    const orphan = comment({ author: null })
    expect(decideComment([pasted, orphan], APP, marker, HEAD)).toEqual({ action: 'create' })
    expect(decideComment([pasted], { kind: 'user', login: 'octo' }, marker, HEAD)).toEqual({ action: 'create' })
    expect(decideComment([pasted], { kind: 'user', login: 'Mallory' }, marker, HEAD)).toMatchObject({
      action: 'update',
    })
  })

  it('does not read a marker that stands further down', () => {
    const quoted = { ...comment(), body: `> ${formatMarker(marker)}` }
    expect(decideComment([quoted], APP, marker, HEAD)).toEqual({ action: 'create' })
  })

  it('keeps to the oldest of several and says how many others there are', () => {
    const all = [comment(), comment(), comment()]
    const decision = decideComment([...all].reverse(), APP, marker, HEAD)
    expect(decision).toMatchObject({ action: 'update', comment: all[0], duplicates: 2 })
  })

  it('leaves what a newer run wrote, wherever among several it stands', () => {
    const all = [comment(), comment({ run: 51 })]
    expect(decideComment(all, APP, marker, HEAD)).toMatchObject({ action: 'keep', comment: all[1] })
  })

  it('does not write about an older head over the current one', () => {
    const current = comment({ run: 49, head: HEAD })
    const late = { ...marker, head: OLD_HEAD }
    expect(decideComment([current], APP, late, HEAD)).toMatchObject({ action: 'keep' })
    expect(decideComment([comment({ head: OLD_HEAD })], APP, late, HEAD)).toMatchObject({ action: 'update' })
  })

  it('never goes back in time, whatever stands there', () => {
    const runs = fc.array(fc.integer({ min: 1, max: 100 }), { maxLength: 6 })
    fc.assert(
      fc.property(runs, (existing) => {
        const decision = decideComment(
          existing.map((run) => comment({ run })),
          APP,
          marker,
          HEAD,
        )
        const newest = Math.max(0, ...existing)
        expect(decision.action).toBe(newest > marker.run ? 'keep' : existing.length > 0 ? 'update' : 'create')
      }),
    )
  })
})

describe('writing the comment', () => {
  it('starts the body with the marker', async () => {
    const comments = fakeComments([])
    expect(await upsertComment(comments, marker, 'hello')).toEqual({
      state: 'created',
      url: 'https://github.example/new',
    })
    expect(comments.written).toEqual([`${formatMarker(marker)}\nhello`])
  })

  it('does not send what GitHub would refuse for its length, and writes up to the limit', async () => {
    const room = MAX_COMMENT_CHARACTERS - formatMarker(marker).length - 1
    const comments = fakeComments([])
    expect(await upsertComment(comments, marker, 'x'.repeat(room + 1))).toMatchObject({ state: 'not-written' })
    expect(comments.written).toEqual([])
    expect(await upsertComment(comments, marker, 'x'.repeat(room))).toMatchObject({ state: 'created' })
  })

  it.each<[RefusalKind, number, RegExp]>([
    ['forbidden', 403, /forks have a read-only token/],
    ['unauthorized', 401, /token is not valid/],
    ['not-found', 404, /no such pull request/],
    ['rejected', 422, /422/],
    ['rate-limited', 429, /rate limit/],
  ])('says why it was %s and does not try again', async (kind, status, said) => {
    const comments = fakeComments([new CommentRefusal(kind, status, 'No')])
    expect(await upsertComment(comments, marker, 'hello')).toEqual({
      state: 'not-written',
      reason: expect.stringMatching(said),
    })
    expect(comments.tries).toBe(1)
  })

  it('tries again when GitHub was out of order, a bounded number of times', async () => {
    const down = () => new CommentRefusal('unavailable', 502, 'Bad gateway')
    expect(await upsertComment(fakeComments([down(), down()]), marker, 'hello')).toMatchObject({ state: 'created' })
    const dead = fakeComments([down(), down(), down(), down(), down()])
    expect(await upsertComment(dead, marker, 'hello')).toMatchObject({ state: 'not-written' })
    expect(dead.tries).toBe(3)
  })

  it('looks again after a creation that seemed to fail, and makes no second comment', async () => {
    const stood: ExistingComment[] = []
    let created = 0
    const comments: PullRequestComments = {
      ...fakeComments([]),
      list: async () => [...stood],
      async create(body) {
        created += 1
        stood.push({ ...comment(), body })
        throw new CommentRefusal('unavailable', 502, 'Bad gateway')
      },
    }
    expect(await upsertComment(comments, marker, 'hello')).toMatchObject({ state: 'updated', duplicates: 0 })
    expect(created).toBe(1)
  })

  it('does not hide a bug of ours behind a polite sentence', async () => {
    const comments = { ...fakeComments([]), list: () => Promise.reject(new TypeError('bug')) }
    await expect(upsertComment(comments, marker, 'hello')).rejects.toThrow('bug')
  })
})

/** Refuses creation in the given ways, then takes it. */
function fakeComments(refusals: CommentRefusal[]): PullRequestComments & { written: string[]; tries: number } {
  const waiting = [...refusals]
  return {
    written: [],
    tries: 0,
    list: async () => [],
    viewer: async () => APP,
    currentHead: async () => HEAD,
    async create(body) {
      this.tries += 1
      const refusal = waiting.shift()
      if (refusal) throw refusal
      this.written.push(body)
      return { id: 1, url: 'https://github.example/new' }
    },
    update: async (id) => ({ id, url: `https://github.example/${id}` }),
  }
}
