import { ChatParser, type Delta, type ToolDelta } from '../api/chat-parser.ts'
import { type ChatRequest, readChatRequest } from '../api/chat-request.ts'
import { type Identity, identityOf, toolCallId } from '../api/identity.ts'
import { chatLogprobs, promptLogprobs } from '../api/logprobs.ts'
import { serverTimesOf } from '../api/server-times.ts'
import { usageOf } from '../api/usage.ts'
import { type Step, scorePrompt } from '../model/generation.ts'
import { admit } from '../serving/admission.ts'
import type { Run } from '../serving/engine.ts'
import { EventStream } from '../serving/event-stream.ts'
import { type Exchange, type Route, sendJson } from '../serving/exchange.ts'

export const chatRoute: Route = {
  method: 'POST',
  path: '/v1/chat/completions',
  async answer(exchange) {
    const admitted = await admit(exchange)
    if (!admitted) return
    const { fields, ordinal } = admitted
    const request = readChatRequest(fields, exchange.engine, ordinal)
    const identity = identityOf(exchange.engine, 'chatcmpl', ordinal)
    await (request.common.stream ? streamed(exchange, request, identity) : whole(exchange, request, identity))
  },
}

async function whole(exchange: Exchange, request: ChatRequest, identity: Identity): Promise<void> {
  const { engine, response, signal } = exchange
  const { common, generation } = request
  const parser = parserFor(exchange, request)
  const steps: Step[] = []
  const run = engine.run(generation, exchange.arrivalMs, signal, (due) => steps.push(...due))
  await run.finished
  if (signal.aborted) return
  const text = steps.map((step) => step.text).join('')
  const delta = parser.push(text, true)
  const usage = usageIn(exchange, request, run)
  const json = {
    ...identity,
    object: 'chat.completion',
    choices: [
      {
        index: 0,
        message: messageOf(exchange, delta, identity),
        logprobs: logprobsOf(exchange, request, steps),
        ...finishOf(steps.at(-1)!, parser),
        ...(common.returnTokenIds ? { token_ids: steps.map((step) => step.token) } : {}),
      },
    ],
    ...(usage ? { usage } : {}),
    ...timesIn(exchange, request, run),
    ...(common.promptLogprobs === null
      ? {}
      : { prompt_logprobs: promptLogprobs(scorePrompt(engine.model(), generation.prompt, common.promptLogprobs)) }),
    ...(common.returnTokenIds ? { prompt_token_ids: generation.prompt } : {}),
  }
  sendJson(response, 200, engine.hooks.object(json))
}

async function streamed(exchange: Exchange, request: ChatRequest, identity: Identity): Promise<void> {
  const { engine, response } = exchange
  const { common, generation } = request
  const stream = new EventStream(response, engine.hooks)
  const parser = parserFor(exchange, request)
  const chunk = (choices: unknown[], rest: Record<string, unknown> = {}) => ({
    ...identity,
    object: 'chat.completion.chunk',
    choices,
    ...rest,
  })
  const takeStep = (step: Step, run: Run) => {
    const delta = deltaOf(exchange, parser.push(step.text, step.finish !== null), identity)
    const choice = {
      index: 0,
      delta,
      logprobs: logprobsOf(exchange, request, [step]),
      ...finishOf(step, parser),
      ...(common.returnTokenIds ? { token_ids: [step.token] } : {}),
    }
    stream.send('tokens', chunk([choice], continuousUsage(exchange, request, run)), step.finish !== null)
  }
  let begun = false
  const run = engine.run(generation, exchange.arrivalMs, exchange.signal, (due, running) =>
    stream.together(() => {
      if (!begun) {
        const choice = { index: 0, delta: { role: 'assistant', content: '' }, logprobs: null, finish_reason: null }
        const ids = common.returnTokenIds ? { prompt_token_ids: generation.prompt } : {}
        stream.send('role', chunk([choice], ids))
      }
      begun = true
      for (const step of due) takeStep(step, running)
    }),
  )
  await run.finished
  const usage = common.stream!.includeUsage ? usageIn(exchange, request, run) : null
  if (usage) stream.send('usage', chunk([], { usage, ...timesIn(exchange, request, run) }))
  stream.done()
}

function parserFor({ engine }: Exchange, request: ChatRequest): ChatParser {
  const { thinking, readsTools } = request
  return new ChatParser({ thinking, readsTools, keepsMarkup: engine.hooks.leaksMarkup })
}

function finishOf(
  step: Step,
  parser: ChatParser,
): { finish_reason: string | null; stop_reason: string | number | null } {
  if (!step.finish) return { finish_reason: null, stop_reason: null }
  const called = step.finish.reason === 'stop' && parser.toolCalls > 0
  return { finish_reason: called ? 'tool_calls' : step.finish.reason, stop_reason: step.finish.stopReason }
}

function logprobsOf({ engine }: Exchange, { common, generation }: ChatRequest, steps: readonly Step[]): unknown {
  if (generation.topLogprobs === null) return null
  const positions = steps.flatMap((step) => (step.logprobs ? [engine.hooks.logprobs(step.logprobs)] : []))
  return chatLogprobs(positions, common.tokensAsIds)
}

function usageIn({ engine }: Exchange, { generation }: ChatRequest, run: Run) {
  const { completionTokens, reasoningTokens } = run.generation
  const counts = { cached: run.cachedTokens, completion: completionTokens, reasoning: reasoningTokens }
  return usageOf({ prompt: generation.prompt.length, ...counts }, engine.hooks)
}

function timesIn({ engine }: Exchange, { common, generation }: ChatRequest, run: Run): Record<string, unknown> {
  const { includeMetrics } = common
  return serverTimesOf([run], generation.prompt.length, { dialect: engine.options.metricsDialect, includeMetrics })
}

/** Counts up to the last token out; steps that leave in one write share it. */
function continuousUsage(exchange: Exchange, request: ChatRequest, run: Run): Record<string, unknown> {
  const usage = request.common.stream!.continuousUsage ? usageIn(exchange, request, run) : null
  return usage ? { usage } : {}
}

function messageOf(exchange: Exchange, delta: Delta, identity: Identity): Record<string, unknown> {
  const calls: { id: string; type: string; function: { name: string; arguments: string } }[] = []
  for (const part of delta.toolCalls) {
    if (part.name !== null)
      calls.push({
        id: toolCallId(identity.id, part.index),
        type: 'function',
        function: { name: part.name, arguments: '' },
      })
    calls[part.index]!.function.arguments += part.arguments
  }
  const instead = delta.reasoning !== '' || calls.length > 0
  return {
    role: 'assistant',
    content: delta.content === '' && instead ? null : delta.content,
    ...(delta.reasoning === '' ? {} : { [exchange.engine.options.reasoningField]: delta.reasoning }),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
  }
}

function deltaOf(exchange: Exchange, delta: Delta, identity: Identity): Record<string, unknown> {
  const { reasoning, content, toolCalls } = delta
  const empty = reasoning === '' && toolCalls.length === 0
  return {
    ...(reasoning === '' ? {} : { [exchange.engine.options.reasoningField]: reasoning }),
    ...(content !== '' || empty ? { content } : {}),
    ...(toolCalls.length === 0 ? {} : { tool_calls: toolCalls.map((part) => toolDelta(part, identity)) }),
  }
}

function toolDelta(part: ToolDelta, identity: Identity): Record<string, unknown> {
  if (part.name === null) return { index: part.index, function: { arguments: part.arguments } }
  const id = toolCallId(identity.id, part.index)
  return { index: part.index, id, type: 'function', function: { name: part.name, arguments: part.arguments } }
}
