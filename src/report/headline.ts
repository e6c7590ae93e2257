import type { Comparison } from '../compare/schema.ts'
import { counted } from '../compare/wording.ts'
import type { Verdict } from '../record/words.ts'

const MAX_LENGTH = 120
const ALARMS = ['regressed', 'broken', 'missing', 'infrastructure'] as const
/** What a verdict on a cell as a whole means, after a number of cells. */
const CELL_WORDS: Record<(typeof ALARMS)[number], string> = {
  regressed: 'regressed',
  broken: 'broken',
  missing: 'missing',
  infrastructure: 'ended early',
}

/** At most 120 characters: the verdict and what the reader must do. Plain text, as mails and phones show it. */
export function headlineOf(comparison: Comparison): string {
  const long = sentence(comparison, whatHappened(comparison))
  return long.length <= MAX_LENGTH ? long : sentence(comparison, inTotal(comparison))
}

function sentence({ outcome, judged, census, evidence }: Comparison, alarms: string | null): string {
  switch (outcome) {
    case 'fail':
      return alarms ? `❌ Fail: ${alarms} – please read` : '❌ Fail by the rules of this plan – please read'
    case 'incomplete':
      if (alarms) return `⚠️ Incomplete: ${alarms} – please run again`
      return evidence === 'none'
        ? '⚠️ Incomplete: measured, but there is no base to compare with'
        : '⚠️ Incomplete: nothing could be decided – please read'
    case 'pass':
      return alarms
        ? `✅ Pass, although ${alarms} (not gated) – please read`
        : `✅ Pass: nothing regressed in ${counted(judged, 'judged row')}${openOf(census)} – no action needed`
  }
}

/** A pass rests on what is settled, so what is open is said with it. */
function openOf({ inconclusive = 0 }: Comparison['census']): string {
  return inconclusive === 0 ? '' : `, ${inconclusive} of them inconclusive`
}

/** `5 regressed on 2 of 4 cells, 1 of 4 cells ended early`; null without an alarm. */
function whatHappened(comparison: Comparison): string | null {
  const rows = comparison.verdicts.filter((row) => row.suite !== 'cell')
  const wholes = comparison.verdicts.filter((row) => row.suite === 'cell')
  const found = count(rows.map((row) => row.verdict)).map(({ verdict, number }) => `${number} ${verdict}`)
  const where = new Set(rows.filter((row) => isAlarm(row.verdict)).map((row) => row.cell)).size
  const of = (number: number) => `${number} of ${counted(comparison.planned, 'cell')}`
  const ended = count(wholes.map((row) => row.verdict)).map(
    ({ verdict, number }) => `${of(number)} ${CELL_WORDS[verdict]}`,
  )
  const parts = [...(found.length > 0 ? [`${found.join(', ')} on ${of(where)}`] : []), ...ended]
  return parts.length === 0 ? null : parts.join(', ')
}

function inTotal({ verdicts, planned }: Comparison): string {
  const alarms = verdicts.filter((row) => isAlarm(row.verdict))
  return `${alarms.length} findings on ${new Set(alarms.map((row) => row.cell)).size} of ${counted(planned, 'cell')}`
}

function count(verdicts: readonly Verdict[]) {
  return ALARMS.map((verdict) => ({ verdict, number: verdicts.filter((each) => each === verdict).length })).filter(
    ({ number }) => number > 0,
  )
}

/** Whether a verdict asks for a reader. */
export function isAlarm(verdict: Verdict): boolean {
  return ALARMS.some((alarm) => alarm === verdict)
}
