import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describeCommand, describeMachine } from './machine.ts'

/**
 * The demo as a whole: wall time, and the resident memory of its whole process tree (servers included), sampled from
 * /proc. Bars: at most 60 s on 2 cores, at most 300 MB. `node bench/demo.ts [runs]`
 */
const RUNS = Number(process.argv[2] ?? 2)
const SAMPLE_EVERY_MS = 100
const BAR_SECONDS = 60
const BAR_MB = 300

console.log(describeMachine())
console.log(describeCommand())
for (let run = 0; run < RUNS; run++) {
  const out = mkdtempSync(join(tmpdir(), 'crosschip-bench-'))
  const start = performance.now()
  const child = spawn(process.execPath, ['dist/cli.js', 'demo', '--out', out], { stdio: 'ignore' })
  let peakMb = 0
  const timer = setInterval(() => {
    peakMb = Math.max(peakMb, residentMb(treeOf(child.pid!)))
  }, SAMPLE_EVERY_MS)
  const code = await new Promise((resolve) => child.once('exit', resolve))
  clearInterval(timer)
  const seconds = (performance.now() - start) / 1000
  const { outcome, judged } = JSON.parse(readFileSync(join(out, 'comparison.json'), 'utf8'))
  rmSync(out, { recursive: true })
  const met = seconds <= BAR_SECONDS && peakMb <= BAR_MB ? 'met' : 'NOT MET'
  console.log(
    `demo: ${seconds.toFixed(1)} s (bar ${BAR_SECONDS}), ${Math.round(peakMb)} MB resident (bar ${BAR_MB}), exit ${code}, ${outcome}, ${judged} judged: ${met}`,
  )
}

/** The process and all that descend from it. */
function treeOf(root: number): number[] {
  const parents = new Map<number, number>()
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue
    const stat = readText(`/proc/${entry}/stat`)
    const parent = /\) \S (\d+) /.exec(stat)?.[1]
    if (parent) parents.set(Number(entry), Number(parent))
  }
  const descends = (pid: number | undefined): boolean =>
    pid === root || (pid !== undefined && pid > 1 && descends(parents.get(pid)))
  return [root, ...[...parents.keys()].filter((pid) => pid !== root && descends(pid))]
}

/** Resident without what is shared, so that the one Node binary is not counted once a process. */
function residentMb(pids: number[]): number {
  const kilobytes = pids.map((pid) => Number(/^Pss:\s+(\d+)/m.exec(readText(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0))
  return kilobytes.reduce((sum, value) => sum + value, 0) / 1024
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
