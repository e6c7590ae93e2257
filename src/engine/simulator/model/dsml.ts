/**
 * Tool calls as DeepSeek V4 writes them: `string="true"` carries raw text, `string="false"` carries JSON.
 */

export interface ToolCall {
  name: string
  arguments: Record<string, unknown>
}

export const TOOL_CALLS_OPEN = '<｜DSML｜tool_calls>'
export const TOOL_CALLS_CLOSE = '</｜DSML｜tool_calls>'

export function renderToolCalls(calls: readonly ToolCall[]): string {
  return [TOOL_CALLS_OPEN, ...calls.map(renderCall), TOOL_CALLS_CLOSE].join('\n')
}

function renderCall(call: ToolCall): string {
  const parameters = Object.entries(call.arguments).map(([name, value]) => {
    const isText = typeof value === 'string'
    const text = isText ? value : JSON.stringify(value)
    return `<｜DSML｜parameter name="${name}" string="${isText}">${text}</｜DSML｜parameter>`
  })
  return [`<｜DSML｜invoke name="${call.name}">`, ...parameters, '</｜DSML｜invoke>'].join('\n')
}

/** The next complete tag or parameter at the start of `text`, null when more text is needed, and how long it is. */
export type DsmlPart =
  | { kind: 'call'; name: string; length: number }
  | { kind: 'parameter'; name: string; json: string; length: number }
  | { kind: 'call-end'; length: number }
  | { kind: 'end'; length: number }
  | { kind: 'other'; length: number }

const INVOKE = /^<｜DSML｜invoke name="([^"]*)">/
const PARAMETER = /^<｜DSML｜parameter name="([^"]*)" string="(true|false)">([\s\S]*?)<\/｜DSML｜parameter>/
const INVOKE_END = /^<\/｜DSML｜invoke>/

export function readDsml(text: string): DsmlPart | null {
  if (text === '') return null
  if (text.startsWith(TOOL_CALLS_CLOSE)) return { kind: 'end', length: TOOL_CALLS_CLOSE.length }
  const invoke = INVOKE.exec(text)
  if (invoke) return { kind: 'call', name: invoke[1]!, length: invoke[0].length }
  const parameter = PARAMETER.exec(text)
  if (parameter) {
    const json = parameter[2] === 'true' ? JSON.stringify(parameter[3]) : parameter[3]!
    return { kind: 'parameter', name: parameter[1]!, json, length: parameter[0].length }
  }
  const end = INVOKE_END.exec(text)
  if (end) return { kind: 'call-end', length: end[0].length }
  return text[0] === '<' ? null : { kind: 'other', length: 1 }
}
