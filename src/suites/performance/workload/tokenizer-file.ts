import { dirname, join } from 'node:path'
import { ConfigurationError } from '../../../record/problem.ts'
import { type FileReader, unreadable } from './file-reader.ts'

/** The largest in use (vocabularies of 260,000 tokens) are some 35 MB. */
const MAX_TOKENIZER_BYTES = 256 * 1024 * 1024
const FIELD = 'tokenizer'

/** Counts the tokens of a bare text, without special tokens around it. */
export type LocalCounter = (text: string) => number

/**
 * A model's own tokenizer from its `tokenizer.json`, or from the folder that holds one; `tokenizer_config.json` beside it
 * is read where there is one. Throws ConfigurationError when it is none.
 */
export async function loadTokenizer(path: string, files: FileReader): Promise<LocalCounter> {
  const file = path.endsWith('.json') ? path : join(path, 'tokenizer.json')
  const tokenizer = await readJson(file, files)
  if (tokenizer === null) throw unreadable(file, FIELD, Object.assign(new Error('not found'), { code: 'ENOENT' }))
  const config = (await readJson(join(dirname(file), 'tokenizer_config.json'), files)) ?? {}
  // Only who counts with a file pays for the library.
  const { Tokenizer } = await import('@huggingface/tokenizers')
  try {
    const loaded = new Tokenizer(tokenizer, config)
    if (loaded.encode('a b', { add_special_tokens: false }).ids.length === 0) throw new Error('it encodes nothing')
    return (text) => loaded.encode(text, { add_special_tokens: false }).ids.length
  } catch (cause) {
    const message = `is not a tokenizer that can be used: ${(cause as Error).message}`
    const hint = 'give the tokenizer.json of the model, as its publisher has it'
    throw new ConfigurationError([{ file, field: FIELD, message, hint }], { cause })
  }
}

/** Null when there is no such file. */
async function readJson(file: string, files: FileReader): Promise<object | null> {
  const parts: Uint8Array[] = []
  let bytes = 0
  try {
    for await (const part of files.read(file)) {
      bytes += part.length
      if (bytes > MAX_TOKENIZER_BYTES)
        throw new ConfigurationError([{ file, field: FIELD, message: `exceeds ${MAX_TOKENIZER_BYTES} bytes` }])
      parts.push(part)
    }
  } catch (error) {
    if (error instanceof ConfigurationError) throw error
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw unreadable(file, FIELD, error)
  }
  try {
    const value: unknown = JSON.parse(Buffer.concat(parts).toString('utf8'))
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  } catch {}
  const hint = 'give the tokenizer.json of the model'
  throw new ConfigurationError([{ file, field: FIELD, message: 'is not a JSON object', hint }])
}
