import type { Tool } from './chat-template.ts'

/** When the model calls a tool of its own accord, and what it fills in. */

const COMMON_WORDS = new Set(['the', 'and', 'for', 'get', 'with', 'this', 'that', 'from', 'what', 'tool', 'function'])

function wordsIn(text: string): Set<string> {
  const words = text
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .match(/[a-z]{3,}/g)
  return new Set((words ?? []).filter((word) => !COMMON_WORDS.has(word)))
}

/** The tool that shares most words with the question, by name first; null when none shares a word of its name. */
export function wantedTool(tools: readonly Tool[], question: string): Tool | null {
  const asked = wordsIn(question)
  let best: Tool | null = null
  let bestScore = 0
  for (const tool of tools) {
    const named = [...wordsIn(tool.name)].filter((word) => asked.has(word)).length
    const described = [...wordsIn(tool.description)].filter((word) => asked.has(word)).length
    const score = named === 0 ? 0 : named * 10 + described
    if (score > bestScore) {
      best = tool
      bestScore = score
    }
  }
  return best
}

/** Arguments that fit the schema: every required property, in the schema's order. */
export function argumentsFor(tool: Tool, question: string): Record<string, unknown> {
  const properties = objectOf(tool.parameters.properties)
  const required = Array.isArray(tool.parameters.required) ? tool.parameters.required : Object.keys(properties)
  const names = Object.keys(properties).filter((name) => required.includes(name))
  return Object.fromEntries(names.map((name) => [name, valueFor(objectOf(properties[name]), question)]))
}

function valueFor(schema: Record<string, unknown>, question: string): unknown {
  if (Array.isArray(schema.enum) && schema.enum.length > 0)
    return schema.enum.find((value) => question.split(/[^\p{L}\p{N}_-]+/u).includes(String(value))) ?? schema.enum[0]
  switch (schema.type) {
    case 'integer':
      return Number(/-?\d{1,9}/.exec(question)?.[0] ?? 1)
    case 'number':
      return Number(/-?\d{1,9}(?:\.\d{1,6})?/.exec(question)?.[0] ?? 1)
    case 'boolean':
      return true
    case 'array':
      return []
    case 'object':
      return {}
    case 'null':
      return null
    default:
      return textFor(question)
  }
}

/** What stands in quotes, else a capitalised name inside the sentence, else the last word. */
function textFor(question: string): string {
  const quoted = /["“]([^"“”]{1,80})["”]/.exec(question)?.[1]
  const named = /(?<=[a-z,] )\p{Lu}[\p{L}-]+(?: \p{Lu}[\p{L}-]+)*/u.exec(question)?.[0]
  return quoted ?? named ?? /([\p{L}\p{N}-]+)[^\p{L}\p{N}]*$/u.exec(question)?.[1] ?? 'text'
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {}
}
