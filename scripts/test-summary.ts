import { readFileSync } from 'node:fs'

/** Adds up vitest's JSON reports and prints the one line that a gate reads: `N passed, N failed, N skipped`. */
interface Report {
  numPassedTests: number
  numFailedTests: number
  numPendingTests: number
  numTodoTests: number
  numFailedTestSuites: number
  testResults: { name: string; status: string; assertionResults: { status: string; fullName: string }[] }[]
}

const reports = process.argv.slice(2).map((file) => JSON.parse(readFileSync(file, 'utf8')) as Report)
for (const { testResults } of reports)
  for (const { name, assertionResults } of testResults)
    for (const { status, fullName } of assertionResults)
      if (status === 'pending' || status === 'skipped')
        console.log(`skipped: ${fullName} (${name.split('/test/').at(-1)})`)

const sum = (pick: (report: Report) => number) => reports.reduce((total, report) => total + pick(report), 0)
const passed = sum((report) => report.numPassedTests)
const skipped = sum((report) => report.numPendingTests + report.numTodoTests)
// A file that could not even be collected has no tests to count, and must not vanish.
const uncollected = sum(
  (r) => r.testResults.filter((f) => f.status === 'failed' && f.assertionResults.length === 0).length,
)
const failed = sum((report) => report.numFailedTests) + uncollected
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`)
process.exitCode = failed > 0 || passed === 0 ? 1 : 0
