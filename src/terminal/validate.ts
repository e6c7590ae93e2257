import type { Command } from 'commander'
import { formatProblem } from '../record/problem.ts'
import { EXIT_CODES } from '../record/words.ts'
import type { Terminal } from './terminal.ts'

const EXAMPLES = `
Examples:
  crosschip validate matrices/v4.yaml     (pools are looked up in runners.yaml beside it)
  crosschip validate matrices/*.yaml

Exit code: 0 when all files are in order, 2 with every problem as file:line:column otherwise.`

/** `validate`: says everything that is wrong with matrix and runners files. */
export function registerValidate(program: Command, terminal: Terminal): void {
  program
    .command('validate')
    .description('check matrix and runners files')
    .argument('<file...>', 'matrix or runners files')
    .addHelpText('after', EXAMPLES)
    .action(async (files: string[]) => {
      const { validateFiles } = await import('../commands/validate.ts')
      const problems = await validateFiles(files, terminal.progress.note)
      const count = new Set(files).size
      if (problems.length === 0) return terminal.print(`${count} ${count === 1 ? 'file' : 'files'} ok`)
      terminal.print(problems.map(formatProblem).join('\n'))
      terminal.progress.note(`${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}`)
      terminal.exit(EXIT_CODES.configuration)
    })
}
