import { arrayAt, at, numberAt, stringAt } from './json.ts'

/** One generated token as a server reports it, whichever of the two shapes it uses. */
export interface TokenLogprob {
  token: string
  /** llama.cpp puts the id into every entry; others leave it out. */
  id: number | null
  bytes: number[] | null
  /** Natural logarithm; null where the server gave none (the first token of an echoed prompt). */
  logprob: number | null
  top: { token: string; id: number | null; logprob: number }[]
}

/**
 * Log probabilities of one choice, null when it has none. Reads the chat shape (`content: [...]`, which llama.cpp also
 * serves for completions) and the classic completions shape (`tokens`, `token_logprobs`, `top_logprobs`).
 */
export function readLogprobs(choice: unknown): TokenLogprob[] | null {
  const content = arrayAt(choice, 'logprobs', 'content')
  const entries = content ? content.map(chatEntry) : classicEntries(at(choice, 'logprobs'))
  return entries && entries.length > 0 ? entries : null
}

function chatEntry(entry: unknown): TokenLogprob {
  const top = (arrayAt(entry, 'top_logprobs') ?? []).flatMap((candidate) => {
    const logprob = numberAt(candidate, 'logprob')
    if (logprob === null) return []
    return [{ token: stringAt(candidate, 'token') ?? '', id: idOf(candidate), logprob }]
  })
  return {
    token: stringAt(entry, 'token') ?? '',
    id: idOf(entry),
    bytes: bytesOf(entry),
    logprob: numberAt(entry, 'logprob'),
    top,
  }
}

function classicEntries(logprobs: unknown): TokenLogprob[] | null {
  const tokens = arrayAt(logprobs, 'tokens')
  if (!tokens) return null
  return tokens.map((token, index) => {
    const name = typeof token === 'string' ? token : ''
    const top = at(logprobs, 'top_logprobs', index)
    const pairs = typeof top === 'object' && top !== null && !Array.isArray(top) ? Object.entries(top) : []
    return {
      token: name,
      id: idFromName(name),
      bytes: null,
      logprob: numberAt(logprobs, 'token_logprobs', index),
      top: pairs.flatMap(([candidate, logprob]) =>
        typeof logprob === 'number' && Number.isFinite(logprob)
          ? [{ token: candidate, id: idFromName(candidate), logprob }]
          : [],
      ),
    }
  })
}

function idOf(entry: unknown): number | null {
  return numberAt(entry, 'id') ?? idFromName(stringAt(entry, 'token') ?? '')
}

/** vLLM's `return_tokens_as_token_ids` writes the token as `token_id:60`. */
function idFromName(token: string): number | null {
  const match = /^token_id:(\d{1,9})$/.exec(token)
  return match ? Number(match[1]) : null
}

function bytesOf(entry: unknown): number[] | null {
  const bytes = arrayAt(entry, 'bytes')
  if (!bytes?.every((byte) => Number.isInteger(byte) && (byte as number) >= 0 && (byte as number) < 256)) return null
  return bytes as number[]
}
