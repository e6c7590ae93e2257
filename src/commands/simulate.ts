import { FAULTS } from '../engine/simulator/faults/registry.ts'
import type { SimulatorSettings } from '../engine/simulator/options.ts'
import { startSimulator } from '../engine/simulator/server.ts'
import { nameHint } from '../matrix/nearest.ts'
import type { Problem } from '../record/problem.ts'

export interface SimulateCommand {
  settings: SimulatorSettings
  /** Called once with the address when the server takes connections. */
  onListening(url: string): void
  /** Stops the server. */
  signal: AbortSignal
}

/** Serves until the signal aborts (`stopped`) or a fault ends the server (`died`). */
export async function simulate(command: SimulateCommand): Promise<'stopped' | 'died'> {
  let die: () => void = () => {}
  const death = new Promise<'died'>((resolve) => {
    die = () => resolve('died')
  })
  const simulator = await startSimulator({ ...command.settings, onDeath: die })
  command.onListening(simulator.url)
  const stop = new Promise<'stopped'>((resolve) => {
    if (command.signal.aborted) resolve('stopped')
    command.signal.addEventListener('abort', () => resolve('stopped'), { once: true })
  })
  const end = await Promise.race([death, stop])
  await simulator.close()
  return end
}

/** What is wrong with the names of faults that a person gave. */
export function faultProblems(names: readonly string[]): Problem[] {
  const known = FAULTS.map((fault) => fault.name)
  return names
    .filter((name) => !known.includes(name))
    .map((name) => ({
      file: 'command line',
      field: '--fault',
      message: `there is no fault "${name}"`,
      hint: nameHint(name, known),
    }))
}

/** Every fault with its meaning, a line each. */
export function faultList(): string[] {
  const width = Math.max(...FAULTS.map((fault) => fault.name.length))
  return FAULTS.map((fault) => `${fault.name.padEnd(width)}  ${fault.meaning}`)
}
