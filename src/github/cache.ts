import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/**
 * A faster way to a document that another store keeps for good. Only ever an accelerator: a miss, a refusal or a broken
 * entry is the same as not having asked. GitHub's cache tells a caller nothing about who wrote an entry beyond its
 * branch scope, so what comes out must be validated as any other document.
 */
export interface DocumentCache {
  /** The text kept under `key`, or under the newest key that starts with one of `fallbacks`; null for a miss. */
  restore(key: string, fallbacks?: readonly string[]): Promise<{ key: string; text: string } | null>
  /** Keeps the text. False when the cache would not take it: entries are immutable, and some events may only read. */
  save(key: string, text: string): Promise<boolean>
}

const FILE = join('crosschip-cache', 'document.json')

/**
 * Documents in GitHub's cache. `directory` must be the same string in every job: the cache hashes the path into the
 * version of an entry, and the runner's temporary folder is not the same everywhere.
 */
export async function actionsCache(directory: string): Promise<DocumentCache> {
  const cache = await import('@actions/cache')
  const file = join(directory, FILE)
  return {
    async restore(key, fallbacks = []) {
      const found = await cache.restoreCache([file], key, [...fallbacks]).catch(() => undefined)
      if (found === undefined) return null
      const text = await readFile(file, 'utf8').catch(() => null)
      return text === null ? null : { key: found, text }
    },
    async save(key, text) {
      await mkdir(dirname(file), { recursive: true })
      await writeFile(file, text)
      return cache.saveCache([file], key).then(
        (id) => id !== -1,
        () => false,
      )
    },
  }
}
