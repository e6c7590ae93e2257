import type { WorkloadContext } from '../../../../../src/suites/performance/workload/draft.ts'
import type { FileReader } from '../../../../../src/suites/performance/workload/file-reader.ts'
import { TextWriter } from '../../../../../src/suites/performance/workload/text-writer.ts'
import type { TokenRuler } from '../../../../../src/suites/performance/workload/token-ruler.ts'

/** A toy tokenizer: one token for each four letters of a word. */
export const countFours = (text: string) =>
  text.split(/\s+/).reduce((sum, word) => sum + Math.max(1, Math.ceil(word.length / 4)), 0)

/** Another: a word is a token. */
export const countWords = (text: string) => text.split(/\s+/).length

export const TEMPLATE_TOKENS = 10

export function toyRuler(count: (text: string) => number, changes: Partial<TokenRuler> = {}): TokenRuler {
  return {
    source: 'tokenizer-file',
    count: async (text) => count(text),
    perWord: 1,
    templateTokens: TEMPLATE_TOKENS,
    ...changes,
  }
}

/** Files held in memory, handed out a few bytes at a time. */
export function memoryFiles(contents: Record<string, string | Uint8Array>, partBytes = 7): FileReader {
  return {
    async *read(path) {
      const content = contents[path]
      if (content === undefined) throw Object.assign(new Error(`no ${path}`), { code: 'ENOENT' })
      const bytes = Buffer.from(content)
      for (let start = 0; start < bytes.length; start += partBytes) yield bytes.subarray(start, start + partBytes)
    },
  }
}

/** A context that never asks a server. */
export async function toyContext(
  changes: Partial<Omit<WorkloadContext, 'writer'>> = {},
  ruler = toyRuler(countFours),
): Promise<WorkloadContext & { remarks: string[] }> {
  const remarks: string[] = []
  return {
    seed: 1,
    pointSeed: 1,
    sessions: 20,
    warmup: 3,
    writer: await TextWriter.create(ruler),
    endpoint: { url: 'http://127.0.0.1:1', model: 'toy', headers: {} },
    files: memoryFiles({}),
    signal: new AbortController().signal,
    remark: (text) => remarks.push(text),
    remarks,
    ...changes,
  }
}
