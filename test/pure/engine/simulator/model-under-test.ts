import {
  type Conversation,
  type Message,
  renderConversation,
} from '../../../../src/engine/simulator/model/chat-template.ts'
import { Generation, type GenerationRequest, type Step } from '../../../../src/engine/simulator/model/generation.ts'
import { numericsOf } from '../../../../src/engine/simulator/model/numerics.ts'
import type { Model } from '../../../../src/engine/simulator/model/reader.ts'
import { encode } from '../../../../src/engine/simulator/model/tokenizer.ts'

export interface ModelSettings {
  modelSeed?: number
  sessionSeed?: number
  phaseScatter?: number
  deviceScatter?: number
}

export function modelWith(settings: ModelSettings = {}): Model {
  const { modelSeed = 1, sessionSeed = 1, phaseScatter = 0.01, deviceScatter = 0 } = settings
  return {
    modelSeed,
    sessionSeed,
    disturb: numericsOf({ phaseScatter, deviceScatter, deviceSeed: 1 }),
    revise: (answer) => answer,
  }
}

export function chatPrompt(messages: readonly Message[] | string, rest: Partial<Conversation> = {}): number[] {
  const list = typeof messages === 'string' ? [{ role: 'user' as const, content: messages }] : messages
  return encode(
    renderConversation({ messages: list, tools: [], thinking: { on: false }, responseSchema: null, ...rest }),
  )
}

export function requestFor(prompt: readonly number[], changes: Partial<GenerationRequest> = {}): GenerationRequest {
  return {
    prompt,
    sampling: { temperature: 0, topP: 1, topK: 0, minP: 0, seed: 1 },
    maxTokens: 256,
    minTokens: 0,
    ignoreEos: false,
    stop: [],
    stopTokenIds: [],
    includeStop: false,
    showSpecialTokens: false,
    topLogprobs: null,
    forced: [],
    ...changes,
  }
}

export interface Generated {
  steps: Step[]
  text: string
  tokens: number[]
}

export function generate(model: Model, request: GenerationRequest): Generated {
  const generation = new Generation(model, request)
  const steps: Step[] = []
  while (steps.at(-1)?.finish == null && steps.length <= request.maxTokens) steps.push(generation.next())
  return { steps, text: steps.map((step) => step.text).join(''), tokens: steps.map((step) => step.token) }
}

/** What the healthy model says at temperature 0 to one user message. */
export function reply(text: string, settings: ModelSettings = {}): string {
  return generate(modelWith(settings), requestFor(chatPrompt(text))).text
}
