import type { Evidence } from '../../record/cell-result.ts'
import type { CheckRequest, CheckResponse } from './check.ts'

/** Bounds of what a failure shows: enough to see it and to send it again, small enough for a comment. */
export const MAX_EVIDENCE = 8
const MAX_REQUEST_CHARACTERS = 700
const MAX_RESPONSE_CHARACTERS = 900
const MAX_REMARK_CHARACTERS = 500

/** The text cut to `limit` characters, never inside a surrogate pair, with a mark where it was cut. */
export function clip(text: string, limit: number): string {
  if (text.length <= limit) return text
  const cut = text.slice(0, limit - 1)
  const last = cut.charCodeAt(cut.length - 1)
  return `${last >= 0xd800 && last <= 0xdbff ? cut.slice(0, -1) : cut}…`
}

/** What was asked, what came back and what is wrong with it. */
export function evidenceOf(response: CheckResponse, remark: string): Evidence {
  return {
    request: describeRequest(response.request),
    response: clip(describeResponse(response), MAX_RESPONSE_CHARACTERS),
    remark: clip(remark, MAX_REMARK_CHARACTERS),
  }
}

/** `POST /v1/chat/completions {"model":...}`, cut. Headers are never part of it. */
export function describeRequest(request: CheckRequest): string {
  const body = request.body === undefined ? '' : ` ${JSON.stringify(request.body)}`
  return clip(`${request.method} ${request.path}${body}`, MAX_REQUEST_CHARACTERS)
}

function describeResponse(response: CheckResponse): string {
  switch (response.state) {
    case 'answered':
      return `HTTP ${response.status} ${response.contentType}: ${response.text}`
    case 'streamed':
      return `HTTP ${response.status} ${response.contentType}, ${response.events.length} events${
        response.done ? '' : ', no [DONE]'
      }: ${response.events.join(' ⏎ ')}`
    case 'aborted':
      return `left after ${response.events.length} events: ${response.events.join(' ⏎ ')}`
    case 'failed':
      return response.error
  }
}
