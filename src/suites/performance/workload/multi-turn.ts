import type { Workload } from '../../../plan/load.ts'
import { seededRandom, seedOf } from '../../../record/seeded-random.ts'
import type { ChatMessage } from '../request-body.ts'
import type { DraftRequest, SessionSource, WorkloadContext } from './draft.ts'
import { drawLength, drawPauseMs } from './lengths.ts'
import { measureTurns, type TemplateSample } from './turn-template.ts'

const SAMPLE_TOKENS = 12

/**
 * Conversations whose every turn carries all before it, with answers written beforehand, so that both sides of a pair
 * send the same bytes. A cache may serve the whole prompt of the turn before; the answer it wrote itself was another.
 */
export async function multiTurnSource(
  workload: Extract<Workload, { kind: 'multi-turn' }>,
  context: WorkloadContext,
): Promise<SessionSource> {
  const { seed, sessions, writer, remark } = context
  const firstTurn = writer.ruler.templateTokens
  const { template, assumed } = await measureTurns(
    context.endpoint,
    await conversationSamples(context),
    [],
    firstTurn,
    context.signal,
  )
  if (assumed) remark('prompt lengths of later turns are approximate: the server counts no conversation')
  const text = (stream: string, index: number, tokens: number, salted: boolean) =>
    writer.write({ seed: seedOf(seed, stream), index, tokens, salted })
  return {
    sessions,
    tools: [],
    templateTokens: template(1),
    async session(index, turns) {
      const random = seededRandom(seed, 'lengths', index)
      const messages: ChatMessage[] = []
      const requests: DraftRequest[] = []
      let textTokens = 0
      let promptTokens = 0
      for (let turn = 1; turn <= Math.min(turns, workload.turns); turn++) {
        const cachedTokens = promptTokens
        const thinkMs = turn === 1 ? 0 : drawPauseMs(workload.thinkSeconds, random)
        const place = index * workload.turns + turn
        if (turn > 1) {
          const answer = await text('answer', place, requests[turn - 2]!.outputTokens, false)
          messages.push({ role: 'assistant', content: answer.text })
          textTokens += answer.tokens
        }
        const added = drawLength(turn === 1 ? workload.input : workload.nextInput, random)
        const around = template(turn) - (turn === 1 ? 0 : template(turn - 1))
        const question = await text('question', place, added - around, true)
        messages.push({ role: 'user', content: question.text })
        textTokens += question.tokens
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

/** One, two and three turns of a few words, for learning what the template adds. */
export async function conversationSamples({ seed, writer }: WorkloadContext): Promise<TemplateSample[]> {
  const messages: ChatMessage[] = []
  const samples: TemplateSample[] = []
  let textTokens = 0
  for (const [index, role] of (['user', 'assistant', 'user', 'assistant', 'user'] as const).entries()) {
    const passage = await writer.write({ seed: seedOf(seed, 'sample'), index, tokens: SAMPLE_TOKENS, salted: false })
    messages.push({ role, content: passage.text })
    textTokens += passage.tokens
    if (role === 'user') samples.push({ messages: messages.slice(), textTokens })
  }
  return samples
}
