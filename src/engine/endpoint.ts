import type { NetworkSettings } from './http/connection.ts'

/** A reachable OpenAI-compatible server. `url` has no trailing slash and no `/v1`. */
export interface Endpoint {
  url: string
  /** The name to send as `model`. */
  model: string
  /** Extra request headers, such as `authorization`. Never logged. */
  headers: Record<string, string>
  /** How it is reached where it is not simply there. */
  network?: NetworkSettings
}

/** How a server that we started or reached ended before we asked it to. */
export type EngineEnd =
  | { state: 'exited'; code: number | null; signal: string | null; logTail: string }
  | { state: 'never-ready'; afterMs: number; lastAnswer: string; logTail: string }

/** Raised by starting or waiting for an engine; `run` turns it into the cell's end. */
export class EngineError extends Error {
  readonly end: EngineEnd

  constructor(end: EngineEnd) {
    super(describeEngineEnd(end))
    this.name = 'EngineError'
    this.end = end
  }
}

/** A server that is ready to be asked. */
export interface RunningEngine {
  endpoint: Endpoint
  /** From the start (or the first knock) until ready. */
  readyMs: number
  /** The command line as it was started, null for an attached server. */
  command: string | null
  /** Settles only when the server ends without being asked to. */
  ended: Promise<EngineEnd>
  /** Stops it (own process group only, TERM then KILL). Idempotent; an attached server is left alone. */
  stop(): Promise<void>
}

/** One line for a person. */
export function describeEngineEnd(end: EngineEnd): string {
  const tail = end.logTail.trim() === '' ? '' : `; last output: ${end.logTail.trim().split('\n').at(-1)}`
  switch (end.state) {
    case 'exited':
      return `the server exited by itself (${end.signal ? `signal ${end.signal}` : `code ${end.code}`})${tail}`
    case 'never-ready':
      return `the server was not ready after ${Math.round(end.afterMs / 1000)} s (last answer: ${end.lastAnswer})${tail}`
  }
}
