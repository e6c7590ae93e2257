import { Hooks } from '../faults/hooks.ts'
import { faultByName } from '../faults/registry.ts'
import type { Answer } from '../model/answer.ts'
import { Generation, type GenerationRequest, type Step } from '../model/generation.ts'
import { hashText, mix } from '../model/hash.ts'
import { numericsOf } from '../model/numerics.ts'
import { answerFor, type Model } from '../model/reader.ts'
import type { SimulatorOptions } from '../options.ts'
import { Metrics } from './metrics.ts'
import { play } from './playback.ts'
import { PrefixCache } from './prefix-cache.ts'
import { requestTiming, tokenJitterMs } from './timing.ts'

/** More than this wait, as vLLM's `--max-num-seqs` has it by default. */
const MAX_RUNNING = 256

export interface Run {
  cachedTokens: number
  generation: Generation
  times: RunTimes
  /** Resolves after the last step, or when the signal aborts. */
  finished: Promise<void>
}

/** Stamps of one sequence on the clock of `performance.now()`; null for what has not come yet. */
export interface RunTimes {
  arrivalMs: number
  /** Taken out of the queue. */
  scheduledMs: number | null
  firstTokenMs: number | null
  lastTokenMs: number | null
}

/** What all requests share: the model, the cache, the clock, the counters. */
export class Engine {
  readonly options: SimulatorOptions
  readonly hooks: Hooks
  readonly metrics = new Metrics()
  readonly #cache = new PrefixCache()
  readonly #startedMs = performance.now()
  readonly #running = new Map<number, Answer>()
  readonly #queue: (() => void)[] = []
  readonly #onDeath: () => void
  #requests = 0
  #sequences = 0
  #completed = 0
  #dead = false

  constructor(options: SimulatorOptions, onDeath: () => void) {
    this.options = options
    this.hooks = new Hooks(options.faults.map(faultByName))
    this.#onDeath = onDeath
  }

  get ready(): boolean {
    return this.hooks.ready(performance.now() - this.#startedMs)
  }

  /** Numbers a request from 1. */
  nextOrdinal(): number {
    return ++this.#requests
  }

  /** The seed of a request that brought none: another one each time, the same ones after a restart. */
  seedFor(ordinal: number): number {
    return mix(hashText('request', this.options.sessionSeed), ordinal)
  }

  /** The model as requests see it now; `others` are the answers of those that run beside. */
  model(others: readonly Answer[] = []): Model {
    const { modelSeed, sessionSeed, phaseScatter, deviceScatter } = this.options
    return {
      modelSeed,
      sessionSeed,
      disturb: this.hooks.disturbance(numericsOf({ phaseScatter, deviceScatter, deviceSeed: modelSeed })),
      revise: (answer) => this.hooks.answer(answer, others, modelSeed),
    }
  }

  /** Starts one sequence; `onSteps` gets the tokens as they come due. */
  run(
    request: GenerationRequest,
    arrivalMs: number,
    signal: AbortSignal,
    onSteps: (steps: Step[], run: Run) => void,
  ): Run {
    const ordinal = ++this.#sequences
    const cachedTokens = this.#cache.take(request.prompt)
    this.metrics.received++
    this.metrics.promptTokens += request.prompt.length
    this.metrics.prefixQueries += request.prompt.length
    this.metrics.prefixHits += cachedTokens
    const others = [...this.#running.values()]
    this.#running.set(ordinal, answerFor(this.options, request.prompt) ?? { kind: 'open' })
    const run: Run = {
      cachedTokens,
      generation: new Generation(this.model(others), request),
      times: { arrivalMs, scheduledMs: null, firstTokenMs: null, lastTokenMs: null },
      finished: Promise.resolve(),
    }
    const take = (steps: Step[]) => onSteps(steps, run)
    run.finished = this.#play(run, request, ordinal, arrivalMs, signal, take).finally(() =>
      this.#running.delete(ordinal),
    )
    return run
  }

  async #play(
    run: Run,
    request: GenerationRequest,
    ordinal: number,
    arrivalMs: number,
    signal: AbortSignal,
    onSteps: (steps: Step[]) => void,
  ): Promise<void> {
    const waited = await this.#enter(signal)
    const { times } = run
    times.scheduledMs = waited ? performance.now() : arrivalMs
    this.metrics.queueTime.observe((times.scheduledMs - arrivalMs) / 1000)
    const { timing, sessionSeed } = this.options
    const planned = requestTiming(timing, sessionSeed, ordinal, request.prompt.length - run.cachedTokens)
    const { ttftMs, itlMs } = this.hooks.timing(planned)
    let lastMs = 0
    let finish: Step['finish'] = null
    const take = (count: number): boolean => {
      const steps: Step[] = []
      while (steps.length < count && !finish && request.maxTokens > 0) {
        const step = run.generation.next()
        finish = step.finish
        steps.push(step)
      }
      const now = performance.now()
      if (lastMs === 0) this.metrics.timeToFirstToken.observe((now - arrivalMs) / 1000)
      else for (const _ of steps) this.metrics.interTokenLatency.observe((now - lastMs) / 1000 / steps.length)
      lastMs = now
      times.firstTokenMs ??= now
      times.lastTokenMs = now
      this.metrics.generationTokens += steps.length
      onSteps(steps)
      return finish !== null || request.maxTokens === 0
    }
    try {
      await play(
        {
          startMs: times.scheduledMs,
          timing: { ttftMs: ttftMs * this.#slowdown(), itlMs },
          slowdown: () => this.#slowdown(),
          jitterMs: (index) => tokenJitterMs(itlMs, sessionSeed, ordinal, index),
          signal,
        },
        take,
      )
    } finally {
      this.#leave()
      const reason = signal.aborted && !finish ? 'abort' : ((finish as Step['finish'])?.reason ?? 'length')
      this.metrics.finished[reason]++
      this.metrics.endToEnd.observe((performance.now() - arrivalMs) / 1000)
      this.metrics.endedGenerationTokens += run.generation.completionTokens
      if (times.firstTokenMs !== null) {
        this.metrics.prefillSeconds += (times.firstTokenMs - times.scheduledMs) / 1000
        this.metrics.decodeSeconds += (lastMs - times.firstTokenMs) / 1000
      }
    }
  }

  /** The counts as of now. */
  measured(): Metrics {
    this.metrics.cacheUse = this.#cache.use
    return this.metrics
  }

  /** To be called when a response is out: some faults end the server after so many. */
  completed(): void {
    this.#completed++
    if (this.#dead || !this.hooks.dies(this.#completed)) return
    this.#dead = true
    this.#onDeath()
  }

  #slowdown(): number {
    return 1 + this.options.timing.slowdownPerRequest * Math.max(0, this.metrics.running - 1)
  }

  /** True when the request had to wait for a place. */
  async #enter(signal: AbortSignal): Promise<boolean> {
    if (this.metrics.running < MAX_RUNNING) {
      this.metrics.running++
      return false
    }
    this.metrics.waiting++
    await new Promise<void>((resolve) => {
      this.#queue.push(resolve)
      const giveUp = () => {
        const place = this.#queue.indexOf(resolve)
        if (place >= 0) this.#queue.splice(place, 1)
        resolve()
      }
      signal.addEventListener('abort', giveUp, { once: true })
    })
    this.metrics.waiting--
    this.metrics.running++
    return true
  }

  #leave(): void {
    this.metrics.running--
    this.#queue.shift()?.()
  }
}
