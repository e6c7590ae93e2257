import type { Clock, Progress } from '../ports.ts'

/**
 * What a command line command may touch. Results go to `print` (stdout), everything said on the way to `progress`
 * (stderr). `signal` aborts on SIGINT or SIGTERM; a command must then stop its children, write what it has and return.
 */
export interface Terminal {
  print(text: string): void
  progress: Progress
  clock: Clock
  signal: AbortSignal
  /** The exit code of the process; see `EXIT_CODES`. */
  exit(code: number): void
  /** Stdout is a person's terminal: colour and live drawing are welcome. */
  interactive: boolean
}
