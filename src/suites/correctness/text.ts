import { styleText } from 'node:util'
import type { CheckResult, CorrectnessResult, Evidence, Judgement } from '../../record/cell-result.ts'
import { countJudgements } from './outcome.ts'

/** The checks of one server as text for a terminal: by family, with reasons, evidence and measures. */

const FAMILIES: Record<string, string> = {
  P: 'protocol',
  R: 'prompt rendering',
  N: 'numbers',
  A: 'task accuracy',
  X: 'concurrency',
  Z: 'sampling',
}

const MARKS: Record<Judgement['state'], { word: string; style: Parameters<typeof styleText>[0] }> = {
  pass: { word: 'pass', style: 'green' },
  fail: { word: 'FAIL', style: 'red' },
  'not-exercised': { word: 'not exercised', style: 'yellow' },
  blocked: { word: 'blocked', style: 'yellow' },
  error: { word: 'no answer', style: 'yellow' },
}
const WORD_COLUMNS = 15
const MAX_SHOWN_EVIDENCE = 3

export interface TextOptions {
  colour: boolean
}

export function checksAsText(result: CorrectnessResult, options: TextOptions): string {
  const families = [...new Set(result.checks.map(({ id }) => id[0]!))]
  const groups = families.map((family) => {
    const checks = result.checks.filter(({ id }) => id[0] === family)
    return [`${family}  ${FAMILIES[family] ?? ''}`.trimEnd(), ...checks.flatMap((check) => checkLines(check, options))]
  })
  return [...groups.map((lines) => lines.join('\n')), summaryLine(result)].join('\n\n')
}

function checkLines(check: CheckResult, options: TextOptions): string[] {
  const { word, style } = MARKS[check.judgement.state]
  const padded = word.padEnd(WORD_COLUMNS)
  const mark = options.colour ? styleText(style, padded) : padded
  const lines = [`  ${check.id.padEnd(4)}${mark}${visible(check.title)}${measuresOf(check)}`]
  if (check.judgement.state === 'pass') return lines
  lines.push(`${INDENT}${visible(check.judgement.reason)}`)
  for (const entry of check.evidence.slice(0, MAX_SHOWN_EVIDENCE)) lines.push(...evidenceLines(entry))
  const more = check.evidence.length - MAX_SHOWN_EVIDENCE
  if (more > 0) lines.push(`${INDENT}  (${more} more with --json)`)
  return lines
}

const INDENT = ' '.repeat(6 + WORD_COLUMNS)

function evidenceLines(entry: Evidence): string[] {
  return [`> ${entry.request}`, `< ${entry.response}`, `! ${entry.remark}`].map((line) => `${INDENT}  ${visible(line)}`)
}

function measuresOf(check: CheckResult): string {
  const shown = Object.entries(check.measures).map(([name, value]) => `${visible(name)} ${rounded(value)}`)
  return shown.length === 0 ? '' : `\n${INDENT}${shown.join(', ')}`
}

function rounded(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(3)))
}

function summaryLine(result: CorrectnessResult): string {
  const counts = countJudgements(result.checks)
  const requests = result.checks.reduce((sum, check) => sum + check.requests, 0)
  const parts = [
    `${counts.pass} passed`,
    `${counts.fail} failed`,
    `${counts['not-exercised']} not exercised`,
    `${counts.blocked} blocked`,
    `${counts.error} without an answer`,
  ]
  const seconds = Math.round(result.durationMs / 1000)
  return `${result.checks.length} checks: ${parts.join(', ')} (${requests} requests, ${seconds} s, seed ${result.seed})`
}

/** What a server wrote must not move the cursor, colour the screen or hide a line: control characters become dots. */
function visible(text: string): string {
  return text.replace(/\s*[\r\n\u2028\u2029]+\s*/g, ' ⏎ ').replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, '·')
}
