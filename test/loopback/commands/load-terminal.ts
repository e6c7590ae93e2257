import { performance } from 'node:perf_hooks'
import { Command } from 'commander'
import type { LoadReport } from '../../../src/record/load-report.ts'
import { registerLoad } from '../../../src/terminal/load.ts'
import { registerSummarise } from '../../../src/terminal/summarise.ts'

export interface Said {
  out: string
  notes: string[]
  steps: string[]
  code: number | null
}

/** Runs `load` or `summarise` in this process, as the command line does, and gives what it said. */
export async function crosschip(args: readonly string[], signal = new AbortController().signal): Promise<Said> {
  const said: Said = { out: '', notes: [], steps: [], code: null }
  const terminal = {
    print: (text: string) => {
      said.out += `${text}\n`
    },
    progress: {
      note: (message: string) => void said.notes.push(message),
      step: (label: string, done: number, total: number) => void said.steps.push(`${label} ${done}/${total}`),
    },
    clock: { date: () => new Date().toISOString(), monotonicMs: () => performance.now() },
    signal,
    exit: (code: number) => {
      said.code = code
    },
    interactive: false,
    // It takes seconds, and has tests of its own; a process of `load.test.ts` does it.
    calibrate: async () => ({ state: 'failed' as const, reason: 'not calibrated in a test' }),
  }
  const program = new Command().exitOverride()
  registerLoad(program, terminal)
  registerSummarise(program, terminal)
  for (const command of program.commands)
    command.exitOverride().configureOutput({ writeOut: () => {}, writeErr: () => {} })
  await program.parseAsync([...args], { from: 'user' })
  return said
}

/** The same with `--json`. */
export async function reported(args: readonly string[]): Promise<{ report: LoadReport; said: Said }> {
  const said = await crosschip([...args, '--json'])
  return { report: JSON.parse(said.out) as LoadReport, said }
}
