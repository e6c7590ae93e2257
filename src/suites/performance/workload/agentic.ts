import type { Workload } from '../../../plan/load.ts'
import { seededRandom, seedOf } from '../../../record/seeded-random.ts'
import type { ChatMessage } from '../request-body.ts'
import type { DraftRequest, SessionSource, WorkloadContext } from './draft.ts'
import { drawLength, drawPauseMs } from './lengths.ts'
import { PROMPT_WORDS } from './prompt-words.ts'
import { measureText } from './token-ruler.ts'
import { measureTurns, type TemplateSample } from './turn-template.ts'

const SAMPLE_TOKENS = 12

/**
 * Agents: a task, then turn by turn a call of a tool with some words before it, written beforehand, and the tool's result.
 * The tools are the same in all prompts, as those of one agent are, and stand before what tells prompts apart.
 */
export async function agenticSource(
  workload: Extract<Workload, { kind: 'agentic' }>,
  context: WorkloadContext,
): Promise<SessionSource> {
  const { seed, sessions, writer, remark } = context
  const tools = functionTools(workload.tools)
  const callTokens = await countCalls(context, tools, Math.max(3, workload.turns))
  const toolTokens = (await measureText(writer.ruler, JSON.stringify(tools))).tokens
  const { template, assumed } = await measureTurns(
    context.endpoint,
    await agentSamples(context, tools, callTokens),
    tools,
    writer.ruler.templateTokens + toolTokens,
    context.signal,
  )
  if (assumed) remark('prompt lengths are approximate: the server counts no prompt with tools, or refuses tools')
  const text = (stream: string, index: number, tokens: number, salted: boolean) =>
    writer.write({ seed: seedOf(seed, stream), index, tokens, salted })
  return {
    sessions,
    tools,
    templateTokens: template(1),
    async session(index, turns) {
      const random = seededRandom(seed, 'lengths', index)
      const task = await text('task', index, drawLength(workload.input, random) - template(1), true)
      const messages: ChatMessage[] = [{ role: 'user', content: task.text }]
      const requests: DraftRequest[] = []
      let textTokens = task.tokens
      let promptTokens = 0
      for (let turn = 1; turn <= Math.min(turns, workload.turns); turn++) {
        const cachedTokens = promptTokens
        const thinkMs = turn === 1 ? 0 : drawPauseMs(workload.toolSeconds, random)
        if (turn > 1) {
          const place = index * workload.turns + turn
          const words = Math.max(1, requests[turn - 2]!.outputTokens - callTokens[turn]!)
          const reasons = await text('reasons', place, words, false)
          const result = await text('result', place, drawLength(workload.toolResult, random), false)
          messages.push(...toolTurn(tools, turn, reasons.text, result.text))
          textTokens += reasons.tokens + callTokens[turn]! + result.tokens
        }
        promptTokens = textTokens + template(turn)
        requests.push({
          messages: messages.slice(),
          outputTokens: drawLength(workload.output, random),
          inputTokens: promptTokens,
          cachedTokens,
          thinkMs,
        })
      }
      return { atMs: null, requests }
    },
  }
}

interface FunctionTool {
  type: 'function'
  function: { name: string; description: string; parameters: Record<string, unknown> }
}

function functionTools(count: number): FunctionTool[] {
  return Array.from({ length: count }, (_, index) => {
    const [thing, place] = [PROMPT_WORDS[index]!, PROMPT_WORDS[(index + 128) & 0xff]!]
    const parameters = {
      type: 'object',
      properties: {
        query: { type: 'string', description: `What to find about the ${thing}.` },
        limit: { type: 'integer', description: 'Most results.', minimum: 1, maximum: 100 },
      },
      required: ['query'],
      additionalProperties: false,
    }
    const description = `Finds a ${thing} by the words of its ${place}.`
    return { type: 'function', function: { name: `find_${thing}`, description, parameters } }
  })
}

/** The call of a turn: one tool after the other. */
function toolCall(tools: readonly FunctionTool[], turn: number) {
  const { name } = tools[turn % tools.length]!.function
  const query = `${PROMPT_WORDS[turn & 0xff]} ${PROMPT_WORDS[(turn * 7) & 0xff]}`
  // Nine letters and digits: chat templates of Mistral take no other id.
  const id = `call${String(turn).padStart(5, '0')}`
  return { id, type: 'function', function: { name, arguments: JSON.stringify({ query, limit: 10 }) } }
}

function toolTurn(tools: readonly FunctionTool[], turn: number, content: string, result: string): ChatMessage[] {
  const call = toolCall(tools, turn)
  return [
    { role: 'assistant', content, tool_calls: [call] },
    { role: 'tool', tool_call_id: call.id, content: result },
  ]
}

/**
 * Tokens of the text of each turn's call. How a template writes a call is not known; that its words and names are in it
 * is, so that what lies around them is the same at every turn.
 */
async function countCalls({ writer }: WorkloadContext, tools: readonly FunctionTool[], turns: number) {
  const counts: number[] = []
  for (let turn = 0; turn <= turns; turn++) {
    const { function: called } = toolCall(tools, turn)
    counts.push((await measureText(writer.ruler, `${called.name} ${called.arguments}`)).tokens)
  }
  return counts
}

/** The first three turns of an agent in a few words, for learning what template, tools and calls add. */
async function agentSamples(
  { seed, writer }: WorkloadContext,
  tools: readonly FunctionTool[],
  callTokens: readonly number[],
): Promise<TemplateSample[]> {
  const passage = (index: number) =>
    writer.write({ seed: seedOf(seed, 'sample'), index, tokens: SAMPLE_TOKENS, salted: false })
  const task = await passage(0)
  const messages: ChatMessage[] = [{ role: 'user', content: task.text }]
  let textTokens = task.tokens
  const samples: TemplateSample[] = [{ messages: messages.slice(), textTokens }]
  for (const turn of [2, 3]) {
    const [reasons, result] = [await passage(2 * turn), await passage(2 * turn + 1)]
    messages.push(...toolTurn(tools, turn, reasons.text, result.text))
    textTokens += reasons.tokens + callTokens[turn]! + result.tokens
    samples.push({ messages: messages.slice(), textTokens })
  }
  return samples
}
