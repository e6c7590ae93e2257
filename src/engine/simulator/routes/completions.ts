import { type CompletionRequest, readCompletionRequest } from '../api/completion-request.ts'
import { type Identity, identityOf } from '../api/identity.ts'
import { classicLogprobs, promptLogprobs } from '../api/logprobs.ts'
import { serverTimesOf } from '../api/server-times.ts'
import { usageOf } from '../api/usage.ts'
import { type GenerationRequest, type PositionLogprobs, type Step, scorePrompt } from '../model/generation.ts'
import { BOS, isSpecial } from '../model/special-tokens.ts'
import { Detokenizer, decode, nameOf } from '../model/tokenizer.ts'
import { admit } from '../serving/admission.ts'
import type { Engine, Run } from '../serving/engine.ts'
import { EventStream } from '../serving/event-stream.ts'
import { type Exchange, type Route, sendJson } from '../serving/exchange.ts'

export const completionsRoute: Route = {
  method: 'POST',
  path: '/v1/completions',
  async answer(exchange) {
    const admitted = await admit(exchange)
    if (!admitted) return
    const request = readCompletionRequest(admitted.fields, exchange.engine, admitted.ordinal)
    const identity = identityOf(exchange.engine, 'cmpl', admitted.ordinal)
    await (request.common.stream ? streamed(exchange, request, identity) : whole(exchange, request, identity))
  },
}

async function whole(exchange: Exchange, request: CompletionRequest, identity: Identity): Promise<void> {
  const { engine, response, signal } = exchange
  const { common, generations } = request
  const taken: Step[][] = generations.map(() => [])
  const runs = generations.map((generation, index) =>
    engine.run(generation, exchange.arrivalMs, signal, (due) => taken[index]!.push(...due)),
  )
  await Promise.all(runs.map((run) => run.finished))
  if (signal.aborted) return
  const choices = generations.map((generation, index) => {
    const builder = new ChoiceBuilder(engine, request, generation, index)
    return {
      ...builder.choice(taken[index]!),
      ...(common.promptLogprobs === null
        ? {}
        : { prompt_logprobs: promptLogprobs(scorePrompt(engine.model(), generation.prompt, common.promptLogprobs)) }),
    }
  })
  const usage = usageIn(engine, generations, runs)
  sendJson(
    response,
    200,
    engine.hooks.object({
      ...identity,
      object: 'text_completion',
      choices,
      ...(usage ? { usage } : {}),
      ...timesIn(engine, request, runs),
    }),
  )
}

async function streamed(exchange: Exchange, request: CompletionRequest, identity: Identity): Promise<void> {
  const { engine } = exchange
  const { common, generations } = request
  const stream = new EventStream(exchange.response, engine.hooks)
  const chunk = (choices: unknown[], usage: unknown, times: Record<string, unknown> = {}) => ({
    ...identity,
    object: 'text_completion',
    choices,
    ...(usage ? { usage } : {}),
    ...times,
  })
  const runs: Run[] = []
  for (const [index, generation] of generations.entries()) {
    const builder = new ChoiceBuilder(engine, request, generation, index)
    const run = engine.run(generation, exchange.arrivalMs, exchange.signal, (due) =>
      stream.together(() => {
        // Without a token (echo alone) there is one chunk all the same.
        for (const part of due.length === 0 ? [[]] : due.map((step) => [step])) {
          const usage = common.stream!.continuousUsage ? usageIn(engine, generations, runs) : null
          const last = part.length === 0 || part[0]!.finish !== null
          stream.send('tokens', chunk([builder.choice(part)], usage), last)
        }
      }),
    )
    runs.push(run)
  }
  await Promise.all(runs.map((run) => run.finished))
  const usage = common.stream!.includeUsage ? usageIn(engine, generations, runs) : null
  if (usage) stream.send('usage', chunk([], usage, timesIn(engine, request, runs)))
  stream.done()
}

/** Makes the choice objects of one prompt; the first holds the echo, when that was asked for. */
class ChoiceBuilder {
  readonly #engine: Engine
  readonly #request: CompletionRequest
  readonly #generation: GenerationRequest
  readonly #index: number
  readonly #text: Detokenizer
  #length = 0
  #begun = false

  constructor(engine: Engine, request: CompletionRequest, generation: GenerationRequest, index: number) {
    this.#engine = engine
    this.#request = request
    this.#generation = generation
    this.#index = index
    this.#text = new Detokenizer(generation)
  }

  choice(steps: readonly Step[]): Record<string, unknown> {
    const { prompt, topLogprobs } = this.#generation
    const { common, echo } = this.#request
    const first = !this.#begun
    this.#begun = true
    const finish = steps.at(-1)?.finish ?? null
    const echoed = echo && first ? [...prompt] : []
    const tokens = [...echoed, ...steps.map((step) => step.token)]
    const offsets = tokens.map((token, position) => this.#offsetOf(token, position < echoed.length))
    let logprobs: Record<string, unknown> | null = null
    if (topLogprobs !== null) {
      const scored = echoed.length > 0 ? scorePrompt(this.#engine.model(), echoed, topLogprobs) : []
      const generated = steps.map(({ logprobs }) => logprobs && this.#engine.hooks.logprobs(logprobs))
      const positions: (PositionLogprobs | null)[] = [...scored, ...generated]
      logprobs = classicLogprobs(tokens, positions, offsets, common.tokensAsIds)
    }
    return {
      index: this.#index,
      text: (echoed.length > 0 ? echoText(echoed) : '') + steps.map((step) => step.text).join(''),
      logprobs,
      finish_reason: finish?.reason ?? (this.#generation.maxTokens === 0 ? 'length' : null),
      stop_reason: finish?.stopReason ?? null,
      ...(common.returnTokenIds ? { token_ids: steps.map((step) => step.token) } : {}),
      ...(common.returnTokenIds && first ? { prompt_token_ids: prompt } : {}),
    }
  }

  /** Where the token begins in the text; special tokens of the prompt stand in it, but for the one in front. */
  #offsetOf(token: number, echoed: boolean): number {
    const start = this.#length
    if (echoed && isSpecial(token)) this.#length += token === BOS && start === 0 ? 0 : nameOf(token).length
    else this.#length += this.#text.push(token).length
    return start
  }
}

/** As it was given: the begin-of-sentence token that the server put in front is no text of the client's. */
function echoText(prompt: readonly number[]): string {
  return decode(prompt[0] === BOS ? prompt.slice(1) : prompt)
}

function timesIn(engine: Engine, { common, generations }: CompletionRequest, runs: readonly Run[]) {
  const wanted = { dialect: engine.options.metricsDialect, includeMetrics: common.includeMetrics }
  return serverTimesOf(runs, generations[0]!.prompt.length, wanted)
}

function usageIn(engine: Engine, generations: readonly GenerationRequest[], runs: readonly Run[]) {
  const sum = (values: number[]) => values.reduce((total, value) => total + value, 0)
  return usageOf(
    {
      prompt: sum(generations.map(({ prompt }) => prompt.length)),
      cached: sum(runs.map((run) => run.cachedTokens)),
      completion: sum(runs.map((run) => run.generation.completionTokens)),
      reasoning: null,
    },
    engine.hooks,
  )
}
