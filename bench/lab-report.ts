import { readFileSync } from 'node:fs'
import type { LoadReport } from '../src/record/load-report.ts'

/**
 * The first load point of `load --json` as the flat JSON by which load clients are put side by side: milliseconds, and
 * `itl` for the gaps between events as they came, which are our `icl`. A value that the point does not give (too few
 * samples, or void) is left out.
 *
 *     node bench/lab-report.ts load.json > report.json
 */
const NAMES: Record<string, string> = {
  tok_s: 'output-tokens-per-second',
  ttft_p50: 'ttft.token.p50',
  ttft_p99: 'ttft.token.p99',
  itl_p50: 'icl.p50',
  itl_p99: 'icl.p99',
  tpot_p50: 'tpot.p50',
  tpot_p99: 'tpot.p99',
}

const [path] = process.argv.slice(2)
if (path === undefined) throw new Error('give the file that load --json wrote')
const { points } = JSON.parse(readFileSync(path, 'utf8')) as LoadReport
const point = points[0]
if (!point) throw new Error(`${path} has no load point`)
const flat: Record<string, number | boolean | string[]> = {}
for (const [key, name] of Object.entries(NAMES)) {
  const metric = point.metrics.find((one) => one.name === name)
  if (!metric) throw new Error(`${path} has no metric ${name}`)
  if (metric.value !== null) flat[key] = metric.value
}
flat.valid = point.invalid.length === 0
flat.noticed = point.invalid.map((fault) => `${fault.code} (${fault.voids}): ${fault.reason}`)
console.log(JSON.stringify(flat))
