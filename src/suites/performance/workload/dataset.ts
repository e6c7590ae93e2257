import type { Workload } from '../../../plan/load.ts'
import { ConfigurationError } from '../../../record/problem.ts'
import { mix32, seededRandom, seedOf } from '../../../record/seeded-random.ts'
import { ALL_SESSIONS } from '../load-spec.ts'
import type { ChatMessage } from '../request-body.ts'
import { CONVERSATION_LAYOUTS, type Conversation, conversationOf, conversationSchema } from './conversations.ts'
import type { DraftRequest, SessionSource, WorkloadContext } from './draft.ts'
import { drawLength } from './lengths.ts'
import { conversationSamples } from './multi-turn.ts'
import { promptWords, SALT_WORDS } from './prompt-words.ts'
import { parseRecord, readRecords } from './records-file.ts'
import { measureText } from './token-ruler.ts'
import { extrapolated, measureTurns, type TurnTemplate } from './turn-template.ts'

/** Most output tokens that the plan allows. */
const MAX_OUTPUT_TOKENS = 393_216

type Dataset = Extract<Workload, { kind: 'dataset' }>

/**
 * Conversations of a user's file, drawn by the seed: every human turn is a request, the recorded answers are its history.
 * Each conversation is told apart by a line of our words at its beginning, since the file is sent again at every level.
 */
export async function datasetSource(workload: Dataset, context: WorkloadContext): Promise<SessionSource> {
  const { seed, sessions: asked, writer, remark } = context
  const conversations = await chooseConversations(workload, context)
  const sessions = Math.min(asked, conversations.length)
  if (sessions < asked && asked !== ALL_SESSIONS)
    remark(`${workload.file} holds ${sessions} usable conversations of ${asked} asked: all are used`)
  const around = await templateAround(context, conversations)
  if (around.assumed && writer.ruler.count !== null)
    remark('prompt lengths of conversations are approximate: the server counts none')
  return {
    sessions,
    tools: [],
    templateTokens: writer.ruler.templateTokens,
    async session(index, turns) {
      const { system, exchanges } = conversations[index % conversations.length]!
      const random = seededRandom(seed, 'lengths', index)
      const salt = `${promptWords(seedOf(seed, 'prompt'), index, SALT_WORDS).join(' ')}\n\n`
      const messages: ChatMessage[] = []
      const requests: DraftRequest[] = []
      const sum = { tokens: system === null ? 0 : around.system, counted: !around.assumed }
      const add = async (role: ChatMessage['role'], text: string) => {
        const content = messages.length === 0 ? salt + text : text
        messages.push({ role, content })
        const { tokens, counted } = await measureText(writer.ruler, content)
        sum.tokens += tokens
        sum.counted &&= counted
        return tokens
      }
      if (system !== null) await add('system', system)
      let promptTokens = 0
      for (const [turn, { question, answer }] of exchanges.slice(0, turns).entries()) {
        // Nobody knows how long the answer was; the length law would.
        if (answer === null && workload.output === null) break
        const cachedTokens = promptTokens
        await add('user', question)
        promptTokens = sum.tokens + around.template(turn + 1)
        const request = {
          messages: messages.slice(),
          inputTokens: sum.counted ? promptTokens : null,
          cachedTokens,
          thinkMs: 0,
        }
        const recorded = answer === null ? 1 : await add('assistant', answer)
        const drawn = workload.output === null ? recorded : drawLength(workload.output, random)
        requests.push({ ...request, outputTokens: Math.min(MAX_OUTPUT_TOKENS, Math.max(1, drawn)) })
      }
      return { atMs: null, requests }
    },
  }
}

/** As many conversations as sessions and warm-up want, the same for the same seed, whatever else is in the file. */
async function chooseConversations(
  { file, sha256, output }: Dataset,
  { pointSeed, sessions, warmup, files, signal, remark }: WorkloadContext,
): Promise<Conversation[]> {
  const wanted = sessions + warmup
  const order = seedOf(pointSeed, 'dataset')
  let chosen: { key: number; conversation: Conversation }[] = []
  let bound = Number.POSITIVE_INFINITY
  let index = 0
  const prune = () => {
    chosen.sort((one, other) => one.key - other.key)
    chosen = chosen.slice(0, wanted)
    if (chosen.length === wanted) bound = chosen.at(-1)!.key
  }
  const found = await readRecords({ path: file, sha256 }, files, signal, (record) => {
    const key = mix32((order + index++) >>> 0)
    // Most records of a large file are never parsed.
    if (key > bound) return
    const conversation = conversationOf(parseRecord(file, record, conversationSchema, CONVERSATION_LAYOUTS))
    if (conversation === null || (output === null && conversation.exchanges[0]!.answer === null)) return
    chosen.push({ key, conversation })
    if (chosen.length >= 2 * wanted + 64) prune()
  })
  prune()
  remark(`${file}: ${found.records} records, sha256 ${found.sha256}`)
  if (chosen.length > 0) return chosen.map(({ conversation }) => conversation)
  const message = `none of its ${found.records} records is a conversation that can be asked`
  throw new ConfigurationError([{ file, field: '', message, hint: CONVERSATION_LAYOUTS }])
}

interface TemplateAround {
  template: TurnTemplate
  /** How much more a conversation with a system message has. */
  system: number
  assumed: boolean
}

async function templateAround(
  context: WorkloadContext,
  conversations: readonly Conversation[],
): Promise<TemplateAround> {
  const { endpoint, signal, writer } = context
  const { templateTokens } = writer.ruler
  const samples = await conversationSamples(context)
  const around: TemplateAround = { template: extrapolated([templateTokens]), system: 0, assumed: false }
  if (conversations.some(({ exchanges }) => exchanges.length > 1)) {
    const measured = await measureTurns(endpoint, samples, [], templateTokens, signal)
    around.template = measured.template
    around.assumed ||= measured.assumed
  }
  if (conversations.some(({ system }) => system !== null)) {
    const [first] = samples
    const { tokens } = await measureText(writer.ruler, SYSTEM_SAMPLE)
    const sample = {
      messages: [{ role: 'system' as const, content: SYSTEM_SAMPLE }, ...first!.messages],
      textTokens: first!.textTokens + tokens,
    }
    const measured = await measureTurns(endpoint, [sample], [], templateTokens, signal)
    around.system = measured.assumed ? 0 : measured.template(1) - templateTokens
    around.assumed ||= measured.assumed
  }
  return around
}

const SYSTEM_SAMPLE = 'part place case week company system'
