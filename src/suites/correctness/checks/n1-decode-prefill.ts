import type { Evidence } from '../../../record/cell-result.ts'
import { type Answer, readAnswer } from '../answer.ts'
import { promptLogprobsOf } from '../capabilities.ts'
import type { Check, CheckContext, CheckRequest, CheckResponse, Verdict } from '../check.ts'
import { evidenceOf } from '../evidence.ts'
import { at, idsAt, numberAt } from '../json.ts'
import { readLogprobs } from '../logprobs.ts'
import { OPENINGS } from '../openings.ts'
import { COMPLETIONS_PATH, post } from '../requests.ts'
import { compareScores, type ScoreComparison } from '../score-comparison.ts'
import { obstacleOf, screen } from '../screen.ts'

const MAX_TOKENS = 128
/** SGLang's gate for V4-Flash (`test_dsv4_flash_decode_vs_prefill_kl.py`), where a healthy server sits at 0.005-0.006. */
export const INDEX_GATE = 0.015
export const INDEX_WARNING = 0.008
/** With fewer positions the mean says nothing. */
const MIN_POSITIONS = 64
/** A server that scores a prompt gives a number for each of its tokens, however unlikely. */
const MAX_UNSCORED_SHARE = 0.05

/**
 * Decode against prefill on one server: what it generated token by token is scored again in one go. A broken cache,
 * kernel or mask on either path shows as different numbers for the same tokens.
 */
export const decodeAgainstPrefill: Check = {
  id: 'N1',
  title: 'Decode against prefill',
  needs: ['completions', 'completion-logprobs', 'token-ids', 'token-id-prompts'],
  needsOneOf: ['prompt-logprobs', 'echo'],
  after: ['N0'],
  concurrency: 16,
  plan(context: CheckContext): CheckRequest[] {
    const { model, capabilities } = context
    return OPENINGS.flatMap((prompt, index) => [
      post(`generate-${index}`, COMPLETIONS_PATH, {
        model,
        prompt,
        max_tokens: MAX_TOKENS,
        temperature: 0,
        logprobs: 1,
        return_token_ids: true,
      }),
      // Where the server does not give the prompt's ids itself.
      ...(capabilities.tokenize ? [post(`tokenize-${index}`, '/tokenize', { model, prompt, content: prompt })] : []),
    ])
  },
  followUp(context: CheckContext, responses: CheckResponse[]): CheckRequest[] {
    const { model, capabilities } = context
    const scoring = capabilities['prompt-logprobs'] ? { prompt_logprobs: 1 } : { echo: true, logprobs: 1 }
    return generationsOf(responses).map(({ index, prompt, generated }) =>
      post(`score-${index}`, COMPLETIONS_PATH, {
        model,
        prompt: [...prompt, ...generated],
        max_tokens: 1,
        temperature: 0,
        ...scoring,
      }),
    )
  },
  judge(_context: CheckContext, responses: CheckResponse[]): Verdict {
    const unusable = screen(responses)
    if (unusable) return unusable
    const pairs = generationsOf(responses).flatMap((generation) => {
      const response = responses.find((candidate) => candidate.request.id === `score-${generation.index}`)
      const prefill = response && scoresOf(response, generation)
      return response && prefill ? [{ response, comparison: compareScores(generation.decode, prefill) }] : []
    })
    const all = compareScores(
      pairs.flatMap(({ comparison }) => comparison.decode),
      pairs.flatMap(({ comparison }) => comparison.prefill),
    )
    const measures = measuresOf(all)
    if (all.positions < MIN_POSITIONS) {
      const reason = `only ${all.positions} generated tokens could be scored again; ${MIN_POSITIONS} are needed`
      return { judgement: { state: 'error', reason }, measures }
    }
    if (all.unscored > MAX_UNSCORED_SHARE * (all.positions + all.unscored)) {
      const reason = `the prefill gives no log probability for ${all.unscored} of the tokens that decode generated`
      const evidence = pairs.filter(({ comparison }) => comparison.unscored > 0).map(shown)
      return { judgement: { state: 'fail', reason }, evidence, measures }
    }
    if (all.index <= INDEX_GATE) return { judgement: { state: 'pass' }, measures }
    const worst = pairs.sort((left, right) => right.comparison.index - left.comparison.index).slice(0, 3)
    return {
      judgement: {
        state: 'fail',
        reason: `decode against prefill index ${all.index.toFixed(4)} exceeds ${INDEX_GATE} (mean |delta| ${all.meanDelta.toFixed(3)})`,
      },
      evidence: worst.map(shown),
      measures,
    }
  },
}

interface Generation {
  index: number
  prompt: number[]
  generated: number[]
  decode: (number | null)[]
}

function generationsOf(responses: readonly CheckResponse[]): Generation[] {
  return OPENINGS.flatMap((_, index) => {
    const response = responses.find((candidate) => candidate.request.id === `generate-${index}`)
    if (!response || obstacleOf(response)) return []
    const answer = readAnswer(response)
    const tokenized = responses.find((candidate) => candidate.request.id === `tokenize-${index}`)
    const ownIds = tokenized?.state === 'answered' ? idsAt(tokenized.json, 'tokens') : null
    const prompt = answer?.promptTokenIds ?? (ownIds?.length === answer?.usage?.promptTokens ? ownIds : null)
    const generated = answer ? generatedIds(answer) : null
    const decode = answer?.logprobs?.map((entry) => entry.logprob)
    if (!answer || !prompt || !generated || decode?.length !== generated.length) return []
    if (!answer.tokenIds && hasGaps(answer, generated.length)) return []
    return [{ index, prompt, generated, decode }]
  })
}

/** llama.cpp's entries leave out tokens that end inside a character; what remains is another text. */
function hasGaps(answer: Answer, listed: number): boolean {
  const hidden = (answer.usage?.completionTokens ?? listed) - listed
  return hidden !== 0 && !(hidden === 1 && answer.finishReason === 'stop')
}

function generatedIds(answer: Answer): number[] | null {
  const fromEntries = answer.logprobs?.map((entry) => entry.id)
  const ids = answer.tokenIds ?? fromEntries
  return ids && ids.length > 0 && ids.every((id) => id !== null) ? (ids as number[]) : null
}

/** The prefill's log probability of each generated token, from either of the two ways to ask for it. */
function scoresOf(response: CheckResponse, { prompt, generated }: Generation): (number | null)[] | null {
  const json = response.state === 'answered' ? response.json : undefined
  const listed = promptLogprobsOf(json)
  if (listed) return generated.map((id, offset) => numberAt(listed, prompt.length + offset, String(id), 'logprob'))
  const echoed = readLogprobs(at(json, 'choices', 0))
  if (!echoed || echoed.length < prompt.length + generated.length) return null
  return generated.map((_, offset) => echoed[prompt.length + offset]?.logprob ?? null)
}

function measuresOf(all: ScoreComparison): Record<string, number> {
  return {
    positions: all.positions,
    'unscored-positions': all.unscored,
    'decode-prefill-index': all.index,
    'mean-logprob-delta': all.meanDelta,
    'p95-logprob-delta': all.p95Delta,
    'largest-logprob-delta': all.largestDelta,
    'above-warning': Number(all.index > INDEX_WARNING),
  }
}

function shown({ response, comparison }: { response: CheckResponse; comparison: ScoreComparison }): Evidence {
  const remark = `index ${comparison.index.toFixed(4)} over ${comparison.positions} tokens, largest delta ${comparison.largestDelta.toFixed(3)} at generated token ${comparison.worstPosition}, ${comparison.unscored} unscored`
  return evidenceOf(response, remark)
}
