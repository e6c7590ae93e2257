import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { ConfigurationError } from '../record/problem.ts'
import { type RunArguments, readRunArguments } from './run-arguments.ts'
import type { Terminal } from './terminal.ts'

interface Options extends RunArguments {
  plan: string
  cell: string
  out: string
  headCheckout: string
  baseCheckout?: string
}

export function registerRun(program: Command, terminal: Terminal): void {
  program
    .command('run')
    .description('run one cell of a plan, exactly as a runner does it')
    .requiredOption('--plan <file>', 'plan.json, made by `crosschip plan --out`')
    .requiredOption('--cell <id>', 'id of the cell')
    .requiredOption('--out <directory>', 'the result goes to <directory>/cells/<id>/result.json')
    .option('--head-checkout <directory>', "the head's code: working directory of its servers", '.')
    .option('--base-checkout <directory>', "the base's code; with it, base and head are measured in pairs")
    .option('--head-commit <sha>', 'named in the report; 7 to 64 hexadecimal digits')
    .option('--base-commit <sha>', 'named in the report; 7 to 64 hexadecimal digits')
    .option('--attempt <number>', 'which attempt of the run this is', '1')
    .addHelpText('after', '\nExample:\n  crosschip run --plan plan.json --cell v4-flash.h200.vllm --out crosschip-out')
    .action(async (options: Options) => {
      const checked = readRunArguments(options)
      const { exitCodeOfCell, runCell } = await import('../commands/run.ts')
      const { requireDocument } = await import('../record/document.ts')
      const { planSchema } = await import('../plan/schema.ts')
      const plan = requireDocument(planSchema, await readPlan(options.plan), options.plan)
      const result = await runCell(
        {
          plan,
          cellId: options.cell,
          out: options.out,
          headCheckout: options.headCheckout,
          baseCheckout: options.baseCheckout ?? null,
          ...checked,
          runner: process.env.RUNNER_NAME ?? null,
        },
        terminal,
      )
      const { resultPath } = await import('../commands/run/result-file.ts')
      terminal.print(resultPath(options.out, options.cell))
      terminal.exit(exitCodeOfCell(result.end))
    })
}

async function readPlan(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw new ConfigurationError(
      [
        {
          file,
          field: '',
          message: `cannot be read: ${(error as Error).message}`,
          hint: 'make it with `crosschip plan --out`',
        },
      ],
      { cause: error },
    )
  }
}
