import type { SimulatorSettings } from '../engine/simulator/options.ts'
import { startSimulator } from '../engine/simulator/server.ts'

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
