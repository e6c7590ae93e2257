import type { Command } from 'commander'
import { EXIT_CODES } from '../record/words.ts'
import { type CommitOptions, requireCommits } from './commit-option.ts'
import type { Terminal } from './terminal.ts'

interface Options extends CommitOptions {
  plan: string
  results: string
  baseline?: string
  out: string
  publish?: boolean
  json?: boolean
}

const EXAMPLES = `
Examples:
  crosschip report --plan plan.json --results crosschip-out --out crosschip-out
  crosschip report --plan plan.json --results new --baseline old --out report

Exit code: 0 pass, 1 fail, 2 the plan or a directory cannot be read, 3 incomplete.`

/** `report`: compares, writes the documents and says the outcome. */
export function registerReport(program: Command, terminal: Terminal): void {
  program
    .command('report')
    .description('compare what came back with what was planned, and render the report')
    .requiredOption('--plan <file>', 'plan.json, made by `crosschip plan --out`')
    .requiredOption('--results <directory>', 'where the cells left their result.json, at any depth')
    .option('--baseline <directory>', 'earlier results, for cells without a base side of their own')
    .requiredOption('--out <directory>', 'comparison.json, report.md, summary.md and report.html go here')
    .option('--head-commit <sha>', 'named in the report')
    .option('--base-commit <sha>', 'named in the report')
    .option('--publish', 'write the comment on the pull request that the environment names')
    .option('--json', 'print the comparison document instead of a table')
    .addHelpText('after', EXAMPLES)
    .action(async (options: Options) => {
      const commits = requireCommits(options)
      const { createReport } = await import('../commands/report.ts')
      const report = await createReport({
        planFile: options.plan,
        resultsDirectory: options.results,
        baselineDirectory: options.baseline ?? null,
        out: options.out,
        ...commits,
      })
      await print(report, options.json ?? false, terminal)
      // The outcome decides only once the report stands.
      if (options.publish) {
        const { publishFromEnvironment } = await import('../github/publish.ts')
        terminal.progress.note(await publishFromEnvironment(report))
      }
      terminal.exit(EXIT_CODES[report.comparison.outcome])
    })
}

async function print(
  report: Awaited<ReturnType<typeof import('../commands/report.ts')['createReport']>>,
  json: boolean,
  terminal: Terminal,
): Promise<void> {
  if (json) {
    const { formatDocument } = await import('../record/document.ts')
    return terminal.print(formatDocument(report.comparison).trimEnd())
  }
  const { renderTerminal } = await import('../report/terminal.ts')
  terminal.print(report.files.join('\n'))
  terminal.print(renderTerminal(report.comparison, { colour: terminal.interactive }))
}
