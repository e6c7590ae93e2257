import type { Command } from 'commander'
import { ConfigurationError } from '../record/problem.ts'
import { EXIT_CODES } from '../record/words.ts'
import type { Terminal } from './terminal.ts'

interface Options {
  out: string
  seed?: string
  inject: string[]
  listFaults?: boolean
}

export function registerDemo(program: Command, terminal: Terminal): void {
  program
    .command('demo')
    .description('the whole pipeline on this machine: base and head, simulated engines, emulated devices')
    .option('--out <directory>', 'where the documents go', 'crosschip-out')
    .option('--seed <number>', 'same seed, same verdicts')
    .option('--inject <fault@cell>', 'switch a fault on in the head of one cell (repeatable)', collect, [])
    .option('--list-faults', 'print every fault with its meaning')
    .addHelpText('after', '\nExample:\n  crosschip demo --inject slow-decode@v4-flash.ascend-950dt.simulated')
    .action(async (options: Options) => {
      if (options.listFaults) {
        const { FAULTS } = await import('../engine/simulator/faults/registry.ts')
        const width = Math.max(...FAULTS.map((fault) => fault.name.length))
        for (const fault of FAULTS) terminal.print(`${fault.name.padEnd(width)}  ${fault.meaning}`)
        return
      }
      const { runDemo } = await import('../commands/demo.ts')
      const { renderTerminal } = await import('../report/terminal.ts')
      const seed = options.seed === undefined ? null : parseSeed(options.seed)
      const { comparison, files } = await runDemo({ out: options.out, seed, inject: options.inject }, terminal)
      terminal.print(renderTerminal(comparison, { colour: terminal.interactive }))
      terminal.print(`report: ${files.find((file) => file.endsWith('report.html'))}`)
      terminal.exit(EXIT_CODES[comparison.outcome])
    })
}

function collect(value: string, before: string[]): string[] {
  return [...before, value]
}

function parseSeed(text: string): number {
  const seed = Number(text)
  if (Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32) return seed
  throw new ConfigurationError([
    { file: '--seed', field: '', message: `"${text}" is not a whole number from 0 to 4294967295` },
  ])
}
