import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import { PRIOR_DEGREES_OF_FREEDOM } from '../src/compare/metric-rules.ts'
import {
  average,
  census,
  compareRepetition,
  countInvalid,
  deviation,
  type JudgedRow,
  NOMINAL,
  noiseOf,
  rowOf,
  SHIFTED,
  seen,
  share,
} from './injected-itl-figures.ts'
import { CONCURRENCY, type Job, type LaneAnswer, type Repetition, SCENARIO, TIMING } from './injected-itl-lane.ts'
import { describeCommand, describeMachine } from './machine.ts'

/**
 * Does the comparison see a server that became slower, and does it leave one alone that did not? Each repetition measures
 * pairs of fresh simulators as `run` does, through the same client, and compares them as `report` does. The head's
 * inter-token latency is as long as the base's (A/A), or longer by 3, 5 or 10 % (A/B).
 *
 *     node bench/injected-itl.ts [A/A repetitions] [A/B at 3 %] [A/B at 5 and 10 %, each] [pairs] [lanes]
 *
 * Ends with 1 when the power at 3 % is below 0.9, or more A/A repetitions than the nominal share raise an alarm.
 */
const SAME = 200
const SLOWER = 60
const MUCH_SLOWER = 10
/** As many as a plan has that does not say. */
const PAIRS = 5
/** Processes that measure at once: they wait most of the time. */
const LANES = 3
const SHIFT = 0.03
const LARGER_SHIFTS = [0.05, 0.1]
const POWER = 0.9
/** Of one repetition; a lane that is silent for longer has died. */
const REPETITION_TIMEOUT_MS = 300_000
const TELL_EVERY = 20

const numbers = process.argv.slice(2).map(Number)
const [same = SAME, slower = SLOWER, muchSlower = MUCH_SLOWER, pairs = PAIRS, lanes = LANES] = numbers

/** All kinds spread evenly over the time, so that a machine that changes changes for all. */
function plannedJobs(): Job[] {
  const kinds = [
    { shift: 0, count: same },
    { shift: SHIFT, count: slower },
  ].concat(LARGER_SHIFTS.map((shift) => ({ shift, count: muchSlower })))
  return kinds
    .flatMap(({ shift, count }) =>
      Array.from({ length: count }, (_, index) => ({ job: { shift, index, pairs }, place: (index + 0.5) / count })),
    )
    .sort((left, right) => left.place - right.place)
    .map(({ job }) => job)
}

/** The next message of a lane. */
function answerOf<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const settle = (end: () => void) => {
      clearTimeout(timer)
      child.off('message', answered).off('exit', ended)
      end()
    }
    const answered = (message: unknown) => settle(() => resolve(message as T))
    const ended = (code: number | null) => settle(() => reject(new Error(`a lane ended with ${code}`)))
    const late = () => settle(() => reject(new Error(`no answer within ${REPETITION_TIMEOUT_MS} ms`)))
    const timer = setTimeout(late, REPETITION_TIMEOUT_MS)
    child.once('message', answered).once('exit', ended)
  })
}

async function runLane(waiting: Job[], answers: LaneAnswer[]): Promise<void> {
  const child = fork(join(import.meta.dirname, 'injected-itl-lane.ts'))
  try {
    await answerOf(child)
    for (let job = waiting.shift(); job; job = waiting.shift()) {
      const answer = answerOf<LaneAnswer>(child)
      child.send(job)
      answers.push(await answer)
      if (answers.length % TELL_EVERY === 0) process.stderr.write(`${answers.length} done, ${waiting.length} waiting\n`)
    }
  } finally {
    if (child.connected) child.disconnect()
  }
}

interface Kind {
  shift: number
  repetitions: Repetition[]
  reports: JudgedRow[][]
}

function kindOf(shift: number, all: readonly Repetition[]): Kind {
  const repetitions = all.filter(({ job }) => job.shift === shift)
  return { shift, repetitions, reports: repetitions.map((repetition) => compareRepetition(repetition, pairs)) }
}

const table = (head: readonly string[], rows: readonly (readonly string[])[]) =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
const percent = (value: number, digits = 2) => (Number.isFinite(value) ? `${(100 * value).toFixed(digits)} %` : '–')

function powerTable(kinds: readonly Kind[]): string {
  return table(
    [
      'injected ITL',
      `seen: adjusted p < ${NOMINAL}, slower`,
      `p < ${NOMINAL}, slower`,
      `change of ${SHIFTED} measured`,
      "less the servers' own",
      `verdicts on ${SHIFTED}`,
    ],
    kinds.map(({ shift, repetitions, reports }) => {
      const rows = reports.map((report) => rowOf(report, SHIFTED))
      const effects = rows.flatMap((row) => row?.performance.effect?.relative ?? [])
      const { bias, biasError } = noiseOf(repetitions)
      return [
        `+${percent(shift, 0)}`,
        share(reports.filter((report) => seen(report, 'adjustedP')).length, reports.length),
        share(reports.filter((report) => seen(report, 'p')).length, reports.length),
        `${percent(average(effects))} (SD ${percent(deviation(effects))})`,
        `${percent(bias)} ± ${percent(1.96 * biasError)}`,
        census(rows.map((row) => row?.verdict ?? 'no row')),
      ]
    }),
  )
}

const isAlarm = ({ verdict }: JudgedRow) => verdict === 'regressed' || verdict === 'improved'
const isSignificant = (p: number | null) => p !== null && p < NOMINAL

function falseAlarmTable({ reports }: Kind): string {
  const metrics = [...new Set(reports.flatMap((report) => report.map(({ performance }) => performance.metric)))]
  const line = (name: string, pick: (report: JudgedRow[]) => JudgedRow[]) => {
    const count = (test: (row: JudgedRow) => boolean) =>
      share(reports.filter((report) => pick(report).some(test)).length, reports.length)
    return [
      name,
      count(({ performance }) => isSignificant(performance.p)),
      count(({ performance }) => isSignificant(performance.adjustedP)),
      count(isAlarm),
      census(reports.flatMap((report) => pick(report).map(({ verdict }) => verdict))),
    ]
  }
  return table(
    ['A/A', `p < ${NOMINAL}`, `adjusted p < ${NOMINAL}`, 'regressed or improved', 'verdicts'],
    [
      ...metrics.map((name) => line(name, (report) => report.filter(({ performance }) => performance.metric === name))),
      line('any of them', (report) => report),
    ],
  )
}

function pairsTable({ repetitions }: Kind, aa: Kind): string {
  const counts = Array.from({ length: Math.max(0, pairs - 1) }, (_, index) => index + 2)
  return table(
    ['pairs', `+${percent(SHIFT, 0)} seen`, 'of them regressed', 'A/A: any regressed or improved'],
    counts.map((count) => {
      const reports = repetitions.map((repetition) => compareRepetition(repetition, count))
      const alarms = aa.repetitions.filter((repetition) => compareRepetition(repetition, count).some(isAlarm)).length
      return [
        `${count}`,
        share(reports.filter((report) => seen(report, 'adjustedP')).length, reports.length),
        share(reports.filter((report) => rowOf(report, SHIFTED)?.verdict === 'regressed').length, reports.length),
        share(alarms, aa.repetitions.length),
      ]
    }),
  )
}

function noiseText(repetitions: readonly Repetition[], { reports }: Kind): string {
  const noise = noiseOf(repetitions)
  const rows = [
    [`measured, ${noise.pairs} pairs`, noise.measured],
    ['the factors that the two server starts drew', noise.servers],
    ['the factors that their requests drew', noise.requests],
    ["the rest: the simulator's timers, client, machine", noise.rest],
    ['… the same by its quartiles, without the few that the machine spoiled', noise.restByQuartiles],
    ['what the comparison expects beforehand (prior)', noise.prior],
  ] as const
  const text = table(
    [`change of ${SHIFTED} in a pair, the injected one taken off`, 'standard deviation'],
    rows.map(([name, value]) => [name, percent(value, 3)]),
  )
  // Of a series that scatters more than the prior, and is alone in its family, the prior says nothing any more.
  const noiseIn = (report: JudgedRow[]) => rowOf(report, SHIFTED)?.performance.noise ?? null
  const tested = reports.filter((report) => noiseIn(report) !== null)
  const isWide = (report: JudgedRow[]) => noiseIn(report)! > noise.prior
  const seenOf = (some: JudgedRow[][]) => share(some.filter((report) => seen(report, 'adjustedP')).length, some.length)
  const wide = tested.filter(isWide)
  const narrow = tested.filter((report) => !isWide(report))
  return (
    `${text}\n\n+${percent(SHIFT, 0)} seen where the pairs scattered within the prior (${PRIOR_DEGREES_OF_FREEDOM} degrees of ` +
    `freedom more): ${seenOf(narrow)}; beyond it, on their own scatter alone: ${seenOf(wide)}; too few valid pairs ` +
    `for a test: ${reports.length - tested.length}.`
  )
}

function validityText(repetitions: readonly Repetition[]): string {
  const { points, all, tails, codes } = countInvalid(repetitions)
  const reasons = codes.size === 0 ? '' : `: ${[...codes].map(([code, count]) => `${code} ${count}`).join(', ')}`
  return `${points} points measured, ${all} of them invalid and left out, ${tails} with invalid tails only${reasons}.`
}

const startMs = performance.now()
const machine = describeMachine()
const waiting = plannedJobs()
const answers: LaneAnswer[] = []
await Promise.all(Array.from({ length: lanes }, () => runLane(waiting, answers)))

const all = answers.flatMap((answer) => (answer.state === 'measured' ? answer.repetition : []))
const failures = answers.flatMap((answer) => (answer.state === 'failed' ? answer : []))
const aa = kindOf(0, all)
const ab = [SHIFT, ...LARGER_SHIFTS].map((shift) => kindOf(shift, all))
const minutes = (performance.now() - startMs) / 60_000

console.log(`${machine}\n\n    $ ${describeCommand()}\n`)
console.log(
  `A repetition: ${pairs} pairs of sessions, base and head; a session: a fresh simulator (ITL ${TIMING.itlMs} ms, its starts ` +
    `scatter by ${percent(TIMING.sessionScatter, 1)}, requests by ${percent(TIMING.requestScatter, 1)}), warm-up, ` +
    `${SCENARIO.requestsPerStream * CONCURRENCY} requests at concurrency ${CONCURRENCY}. ${lanes} lanes, ${minutes.toFixed(1)} min.\n`,
)
console.log(`${powerTable(ab)}\n\n${falseAlarmTable(aa)}\n\n${pairsTable(ab[0]!, aa)}\n\n${noiseText(all, ab[0]!)}\n`)
console.log(validityText(all))
for (const { job, message } of failures) console.log(`Not measured: +${percent(job.shift)} ${job.index}: ${message}`)

const power = ab[0]!.reports.filter((report) => seen(report, 'adjustedP')).length / slower
const alarms = aa.reports.filter((report) => report.some(isAlarm)).length / same
const met = failures.length === 0 && power >= POWER && alarms <= NOMINAL
console.log(
  `\nPower at +${percent(SHIFT, 0)}: ${power.toFixed(3)} (at least ${POWER} wanted); A/A alarms: ${alarms.toFixed(3)} (at most ${NOMINAL}).`,
)
process.exitCode = met ? 0 : 1
