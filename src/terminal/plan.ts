import { writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type Command, InvalidArgumentError } from 'commander'
import type { Terminal } from './terminal.ts'

interface PlanFlags {
  matrix: string[]
  runners?: string
  seed?: number
  out?: string
  json?: boolean
}

const EXAMPLES = `
Examples:
  crosschip plan --matrix matrices/demo.yaml
  crosschip plan --matrix matrices/v4.yaml --out plan.json
  crosschip plan --matrix a.yaml b.yaml --runners matrices/runners.yaml --json`

/** `plan`: expands matrix files and shows, or writes, what would run. */
export function registerPlan(program: Command, terminal: Terminal): void {
  program
    .command('plan')
    .description('expand matrix files into cells')
    .requiredOption('--matrix <file...>', 'matrix file; several are planned together')
    .option('--runners <file>', 'runners file (default: runners.yaml beside the first matrix file)')
    .option('--seed <n>', 'seed of everything that is generated (default: that of the matrix)', seed)
    .option('--out <file>', 'write the plan document here')
    .option('--json', 'print the plan document instead of a table')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: PlanFlags) => {
      const { createPlan } = await import('../commands/plan.ts')
      const { formatDocument } = await import('../record/document.ts')
      const plan = await createPlan({
        matrixFiles: flags.matrix,
        runnersFile: flags.runners ?? null,
        seed: flags.seed ?? null,
        toolVersion: program.version() ?? '0.0.0',
      })
      if (flags.out !== undefined) {
        const { prepareOutputDirectory } = await import('../commands/output-directory.ts')
        await prepareOutputDirectory(dirname(flags.out))
        await writeFile(flags.out, formatDocument(plan))
        terminal.progress.note(`plan written to ${flags.out}`)
      }
      if (flags.json) return terminal.print(formatDocument(plan).trimEnd())
      const { planTable } = await import('../plan/table.ts')
      terminal.print(planTable(plan, { colour: terminal.interactive }))
    })
}

function seed(text: string): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value > 2 ** 32 - 1)
    throw new InvalidArgumentError('must be a whole number from 0 to 4294967295.')
  return value
}
