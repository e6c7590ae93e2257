import type { Answer } from '../model/answer.ts'
import type { Disturbance } from '../model/distribution.ts'
import type { PositionLogprobs } from '../model/generation.ts'
import type { Sampling } from '../model/sampling.ts'
import type { Fault, Frame, Refusal, RequestTiming, Usage } from './fault.ts'

/** All faults that are on, as one: each hook passes through the faults in order. Without faults nothing changes. */
export class Hooks {
  readonly #faults: readonly Fault[]

  constructor(faults: readonly Fault[]) {
    this.#faults = faults
  }

  ready(sinceStartMs: number): boolean {
    return this.#faults.every((fault) => fault.ready?.(sinceStartMs) ?? true)
  }

  dies(completedRequests: number): boolean {
    return this.#faults.some((fault) => fault.dies?.(completedRequests) ?? false)
  }

  refuse(ordinal: number, body: Record<string, unknown>): Refusal | null {
    for (const fault of this.#faults) {
      const refusal = fault.refuse?.(ordinal, body)
      if (refusal) return refusal
    }
    return null
  }

  timing(timing: RequestTiming): RequestTiming {
    return this.#fold(timing, (fault, value) => fault.timing?.(value))
  }

  prompt(tokens: number[]): number[] {
    return this.#fold(tokens, (fault, value) => fault.prompt?.(value))
  }

  answer(answer: Answer, others: readonly Answer[], seed: number): Answer {
    return this.#fold(answer, (fault, value) => fault.answer?.(value, others, seed))
  }

  /** `healthy` with the faults' changes on top. */
  disturbance(healthy: Disturbance): Disturbance {
    return this.#faults.reduce<Disturbance>((inner, fault) => {
      if (!fault.logit) return inner
      const outer = fault.logit
      return (logit, token, context, phase) => outer(inner(logit, token, context, phase), token, context, phase)
    }, healthy)
  }

  sampling(sampling: Sampling, ordinal: number): Sampling {
    return this.#fold(sampling, (fault, value) => fault.sampling?.(value, ordinal))
  }

  get ignoresStop(): boolean {
    return this.#faults.some((fault) => fault.ignoresStop)
  }

  get leaksMarkup(): boolean {
    return this.#faults.some((fault) => fault.leaksMarkup)
  }

  logprobs(position: PositionLogprobs): PositionLogprobs {
    return this.#fold(position, (fault, value) => fault.logprobs?.(value))
  }

  usage(usage: Usage): Usage | null {
    let reported: Usage | null = usage
    for (const fault of this.#faults) if (reported && fault.usage) reported = fault.usage(reported)
    return reported
  }

  object(json: Record<string, unknown>): Record<string, unknown> {
    return this.#fold(json, (fault, value) => fault.object?.(value))
  }

  /** The events to send, and whether the stream ends after them. */
  frames(frame: Frame): { frames: Frame[]; end: boolean } {
    let frames = [frame]
    for (const { frame: hook } of this.#faults) {
      if (!hook) continue
      const next: Frame[] = []
      for (const one of frames) {
        const result = hook(one)
        if (result === 'end') return { frames: next, end: true }
        next.push(...result)
      }
      frames = next
    }
    return { frames, end: false }
  }

  #fold<T>(value: T, apply: (fault: Fault, value: T) => T | undefined): T {
    return this.#faults.reduce((current, fault) => apply(fault, current) ?? current, value)
  }
}
