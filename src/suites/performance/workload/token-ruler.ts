import type { Endpoint } from '../../../engine/endpoint.ts'
import type { ServerProbe } from '../probe.ts'
import { countTokens } from '../server-questions.ts'
import type { FileReader } from './file-reader.ts'
import type { TokenSource } from './planned.ts'
import { type LocalCounter, loadTokenizer } from './tokenizer-file.ts'
import { promptTokensOf } from './turn-template.ts'

/** Counts the tokens of a bare text; null when it cannot. */
export type TokenCounter = (text: string) => Promise<number | null>

/** How long texts are, as the server will count them. */
export interface TokenRuler {
  source: TokenSource
  /** Null where nothing counts: lengths are then those of words and bytes. */
  count: TokenCounter | null
  /** Tokens that one more of our words makes, on average. */
  perWord: number
  /** What `usage.prompt_tokens` counts beyond the text of a single user message. */
  templateTokens: number
}

/** What ChatML and most templates take around one message. */
const ASSUMED_TEMPLATE_TOKENS = 16
/** Of English text, by the rule of thumb of OpenAI's documentation; only where nothing counts. */
const BYTES_A_TOKEN = 4

type Calibration = ServerProbe['calibration']

export interface RulerOptions {
  endpoint: Endpoint
  calibration: Calibration
  tokenizerFile: string | null
  files: FileReader
  signal: AbortSignal
}

/** The best ruler there is: the tokenizer's file, the server, its counts of two prompts, an assumption. */
export async function chooseRuler(options: RulerOptions): Promise<{ ruler: TokenRuler; remarks: string[] }> {
  const { endpoint, calibration, tokenizerFile, files, signal } = options
  const remarks: string[] = []
  const line = calibrate(calibration)
  const perWord = line?.perWord ?? 1
  if (tokenizerFile !== null) {
    const local = await loadTokenizer(tokenizerFile, files)
    const count: TokenCounter = async (text) => local(text)
    const templateTokens = await templateOf(calibration, count)
    const ruler = {
      source: 'tokenizer-file',
      count,
      perWord,
      templateTokens: templateTokens ?? ASSUMED_TEMPLATE_TOKENS,
    } as const
    if (calibration.length === 0) {
      remarks.push(`${NO_COUNTS}: ${ASSUMED_TEMPLATE_TOKENS} are assumed for its chat template`)
      return { ruler, remarks }
    }
    if (templateTokens !== null && (await agreesOnMixedText(options, local, templateTokens))) return { ruler, remarks }
    remarks.push(`${tokenizerFile} is not the server's tokenizer, which counts otherwise: it was not used`)
  }
  const count: TokenCounter = (text) => countTokens(endpoint, text, signal)
  const templateTokens = await templateOf(calibration, count)
  if (templateTokens !== null) return { ruler: { source: 'server', count, perWord, templateTokens }, remarks }
  const why = calibration.length > 0 ? 'the server has no /tokenize that agrees with its counts' : NO_COUNTS
  remarks.push(`prompt lengths are approximate: ${why}`)
  return {
    ruler: {
      source: line ? 'calibrated' : 'assumed',
      count: null,
      perWord,
      templateTokens: Math.max(0, Math.round(line?.template ?? ASSUMED_TEMPLATE_TOKENS)),
    },
    remarks,
  }
}

/**
 * Common words are one token in most vocabularies, so that the probes agree with many a tokenizer: this text tells them
 * apart. A server that does not answer is not held against the file.
 */
async function agreesOnMixedText({ endpoint, signal }: RulerOptions, count: LocalCounter, templateTokens: number) {
  const promptTokens = await promptTokensOf(endpoint, [{ role: 'user', content: MIXED_TEXT }], [], signal)
  return promptTokens === null || promptTokens === templateTokens + count(MIXED_TEXT)
}

const MIXED_TEXT =
  'Überraschung: f(x) = 31415926 * y_0 / 2718; "quoted", naïve\n\tif (a !== b) { return [] } \n汉语分词与注意力机制 — кириллица, 日本語テスト 🙂 antidisestablishmentarianism.'
const NO_COUNTS = 'the server counts no prompt tokens'

/** Tokens of any text, and whether they were counted rather than estimated from its bytes. */
export async function measureText(ruler: TokenRuler, text: string): Promise<{ tokens: number; counted: boolean }> {
  const tokens = ruler.count === null ? null : await ruler.count(text)
  if (tokens !== null) return { tokens, counted: true }
  return { tokens: Math.ceil(Buffer.byteLength(text, 'utf8') / BYTES_A_TOKEN), counted: false }
}

/** The template's share, when every probe gives the same one: else the counter is not the server's. */
async function templateOf(calibration: Calibration, count: TokenCounter): Promise<number | null> {
  let share: number | null = null
  for (const { prompt, promptTokens } of calibration) {
    const bare = await count(prompt)
    if (bare === null || bare > promptTokens || (share !== null && share !== promptTokens - bare)) return null
    share = promptTokens - bare
  }
  return share
}

/** A line through the shortest and the longest probe: tokens = `template` + `perWord` × words. */
export function calibrate(calibration: Calibration): { template: number; perWord: number } | null {
  const points = calibration
    .map(({ prompt, promptTokens }) => ({ words: prompt.split(' ').length, promptTokens }))
    .sort((left, right) => left.words - right.words)
  const [short, long] = [points[0], points.at(-1)]
  if (!short || !long || long.words === short.words) return null
  const perWord = (long.promptTokens - short.promptTokens) / (long.words - short.words)
  return perWord > 0 ? { template: short.promptTokens - perWord * short.words, perWord } : null
}
