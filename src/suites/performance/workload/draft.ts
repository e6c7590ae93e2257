import type { Endpoint } from '../../../engine/endpoint.ts'
import type { ChatMessage } from '../request-body.ts'
import type { FileReader } from './file-reader.ts'
import type { TextWriter } from './text-writer.ts'

/** What a workload wants sent, before it is made into bytes. */
export interface DraftRequest {
  messages: readonly ChatMessage[]
  outputTokens: number
  /** Null where nothing could count them. */
  inputTokens: number | null
  cachedTokens: number
  thinkMs: number
}

export interface DraftSession {
  /** When the trace has it begin, milliseconds from the first; null for other workloads. */
  atMs: number | null
  requests: readonly DraftRequest[]
}

/** What a workload is made with. */
export interface WorkloadContext {
  /** Differs between load points. */
  seed: number
  /** Differs between repetitions only: picks the same part of a data set at each level. */
  pointSeed: number
  /** Sessions to measure, and warm-up requests on top of them. */
  sessions: number
  warmup: number
  writer: TextWriter
  endpoint: Endpoint
  files: FileReader
  signal: AbortSignal
  /** For a person: what differs from the ideal. */
  remark(text: string): void
}

/** Sessions by their index; the same index gives the same session. */
export interface SessionSource {
  /** Measured sessions: as many as asked, unless a file holds fewer. */
  sessions: number
  /** In the body of every request. */
  tools: readonly unknown[]
  /** What any prompt shares with all others: chat template and tools. */
  templateTokens: number
  /** An index from `sessions` on is warm-up: like the others, but it shares nothing with them. At most `turns` requests. */
  session(index: number, turns: number): Promise<DraftSession>
}
