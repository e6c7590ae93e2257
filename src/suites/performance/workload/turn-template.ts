import type { Endpoint } from '../../../engine/endpoint.ts'
import { CHAT_PATH, type ChatMessage } from '../request-body.ts'
import { ask } from '../server-questions.ts'

/** Tokens that the chat template puts around all messages of the prompt of a turn, counted from 1. */
export type TurnTemplate = (turn: number) => number

/** A conversation up to one turn, and the tokens of its texts alone. */
export interface TemplateSample {
  messages: readonly ChatMessage[]
  textTokens: number
}

/** Markers around a message in ChatML and its like. */
const ASSUMED_MESSAGE_TOKENS = 5

/**
 * Learns the template from two or three small conversations (of the first turns), by what the server counts for them: the
 * first turns as measured, each later one as much more as the last measured was. `assumed` tells whether a server that
 * counts nothing left only an assumption, which begins at `firstTurn` tokens.
 */
export async function measureTurns(
  endpoint: Endpoint,
  samples: readonly TemplateSample[],
  tools: readonly unknown[],
  firstTurn: number,
  signal: AbortSignal,
): Promise<{ template: TurnTemplate; assumed: boolean }> {
  const measured: number[] = []
  for (const { messages, textTokens } of samples) {
    const promptTokens = await promptTokensOf(endpoint, messages, tools, signal)
    if (promptTokens === null || promptTokens < textTokens) return { template: assumedTurns(firstTurn), assumed: true }
    measured.push(promptTokens - textTokens)
  }
  return { template: extrapolated(measured), assumed: false }
}

/** Straight on from the last two of the measured turns. */
export function extrapolated(measured: readonly number[]): TurnTemplate {
  const last = measured.length
  const step = last > 1 ? measured[last - 1]! - measured[last - 2]! : 2 * ASSUMED_MESSAGE_TOKENS
  return (turn) => measured[turn - 1] ?? measured[last - 1]! + step * (turn - last)
}

function assumedTurns(firstTurn: number): TurnTemplate {
  return (turn) => firstTurn + 2 * ASSUMED_MESSAGE_TOKENS * (turn - 1)
}

/** `usage.prompt_tokens` of a conversation, by an untimed request of one token; null when the server tells none. */
export async function promptTokensOf(
  endpoint: Endpoint,
  messages: readonly ChatMessage[],
  tools: readonly unknown[],
  signal: AbortSignal,
): Promise<number | null> {
  const body = {
    model: endpoint.model,
    messages,
    ...(tools.length > 0 ? { tools } : {}),
    max_tokens: 1,
    temperature: 0,
    stream: false,
  }
  const answer = await ask(endpoint, CHAT_PATH, body, signal)
  if (answer.state !== 'answered' || answer.status !== 200) return null
  const tokens = (answer.json as { usage?: { prompt_tokens?: unknown } } | null)?.usage?.prompt_tokens
  return typeof tokens === 'number' && Number.isSafeInteger(tokens) && tokens > 0 ? tokens : null
}
