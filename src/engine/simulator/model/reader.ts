import { withSlips } from './accuracy.ts'
import { type Answer, answerTo } from './answer.ts'
import { type Distribution, type Disturbance, distributionAt, type Phase } from './distribution.ts'
import { mix } from './hash.ts'
import { type Intention, intend } from './intention.ts'
import { understand } from './reading.ts'
import { ASSISTANT, EOS, THINK_END, THINK_START, USER } from './special-tokens.ts'
import { TEXT_POOLS } from './vocabulary.ts'

/** All that decides the model's numbers besides the context. */
export interface Model {
  /** The weights. */
  modelSeed: number
  /** The server start: which few items flip. */
  sessionSeed: number
  disturb: Disturbance
  /** Changes what the model means to say; how faults act on answers. */
  revise(answer: Answer): Answer
}

const STOPS = new Set(TEXT_POOLS.stop)

/** What the model would answer to a prompt that ends with the assistant and thinking marks; null for any other text. */
export function answerFor(model: Pick<Model, 'modelSeed' | 'sessionSeed'>, prompt: readonly number[]): Answer | null {
  if (prompt.at(-2) !== ASSISTANT || !isThinkingMark(prompt.at(-1)!)) return null
  return withSlips(answerTo(understand(prompt)), model.modelSeed, model.sessionSeed)
}

/**
 * Reads a context token by token and gives the distribution of the next one: a function of the tokens read alone. Two
 * readers that have read the same tokens say the same, whether these were a prompt or were generated.
 */
export class Reader {
  readonly #model: Model
  readonly #tokens: number[] = []
  #context: number
  /** Index of the first answer token after the last assistant mark, -1 outside an answer. */
  #answerStart = -1
  #intention: Intention | null = null
  /** Fixed tokens said, free tokens said. */
  #said = 0
  #free = 0
  #wordsSinceStop = 0
  #place: 'opening' | 'after-stop' | 'inside' = 'opening'

  constructor(model: Model) {
    this.#model = model
    this.#context = mix(model.modelSeed, 51)
  }

  get length(): number {
    return this.#tokens.length
  }

  read(token: number): void {
    const previous = this.#tokens.at(-1)
    this.#tokens.push(token)
    this.#context = mix(this.#context, token)
    if (previous === ASSISTANT && isThinkingMark(token)) {
      this.#answerStart = this.#tokens.length
      this.#intention = null
      this.#place = 'opening'
      this.#wordsSinceStop = 0
      return
    }
    if (token === EOS || token === USER) this.#answerStart = -1
    if (this.#intention) this.#follow(this.#intention, token)
    if (token === THINK_END) this.#place = 'opening'
    else this.#place = STOPS.has(token) ? 'after-stop' : 'inside'
    this.#wordsSinceStop = this.#place === 'inside' ? this.#wordsSinceStop + 1 : 0
  }

  distribution(phase: Phase): Distribution {
    return distributionAt(
      {
        context: this.#context,
        drawnTo: this.#drawnTo(),
        place: this.#place,
        wordsSinceStop: this.#wordsSinceStop,
      },
      phase,
      this.#model.disturb,
    )
  }

  #drawnTo(): number | null {
    if (this.#answerStart < 0) return null
    const intention = this.#intend()
    if (this.#said < intention.fixed.length) return intention.fixed[this.#said]!
    return this.#free < intention.openTokens ? null : EOS
  }

  /** Made when it is first needed: scoring a long conversation does not need the intentions of its early turns. */
  #intend(): Intention {
    if (this.#intention) return this.#intention
    const prompt = this.#tokens.slice(0, this.#answerStart)
    const understood = understand(prompt)
    const answer = this.#model.revise(answerFor(this.#model, prompt)!)
    const seed = prompt.reduce(mix, mix(this.#model.modelSeed, 52))
    const intention = intend(answer, understood, seed)
    this.#said = 0
    this.#free = 0
    for (const token of this.#tokens.slice(this.#answerStart)) this.#follow(intention, token)
    this.#intention = intention
    return intention
  }

  /** A token that was not meant is a slip of the tongue: the model goes on where it was. */
  #follow(intention: Intention, token: number): void {
    if (this.#said < intention.fixed.length) {
      if (token === intention.fixed[this.#said]) this.#said++
    } else this.#free++
  }
}

function isThinkingMark(token: number): boolean {
  return token === THINK_START || token === THINK_END
}
