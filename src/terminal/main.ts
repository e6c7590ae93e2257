import { Command, CommanderError } from 'commander'
import { ConfigurationError } from '../record/problem.ts'
import { EXIT_CODES } from '../record/words.ts'
import { TOOL_VERSION } from '../version.ts'
import { systemClock } from './clock.ts'
import { createProgress } from './progress.ts'
import { abortOnSignals } from './signals.ts'
import type { Terminal } from './terminal.ts'

/** Some terminals do not tell their width, or tell 0. */
const DEFAULT_COLUMNS = 80

/** Declares one command: its options, its use case, its exit code. */
export type RegisterCommand = (program: Command, terminal: Terminal) => void

/** Parses the command line, runs one command and sets the exit code. Only a bug of ours prints a stack trace (exit 3). */
export async function main(registerCommands: readonly RegisterCommand[]): Promise<void> {
  const { stdout, stderr } = process
  const progress = createProgress(
    {
      write: (text) => stderr.write(text),
      isTerminal: stderr.isTTY === true,
      columns: stderr.columns || DEFAULT_COLUMNS,
    },
    systemClock.monotonicMs,
  )
  const terminal: Terminal = {
    print: (text) => {
      // On a terminal both streams share the screen: a result must not begin behind the moving line.
      progress.close()
      stdout.write(`${text}\n`)
    },
    progress,
    clock: systemClock,
    signal: abortOnSignals(),
    exit: (code) => {
      process.exitCode = code
    },
    interactive: stdout.isTTY === true,
  }
  // A reader such as `head` that closes the pipe early is not an error of ours: the work and its clean-up go on.
  for (const stream of [stdout, stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
    })
  }
  const program = new Command('crosschip')
    .description('Tells a pull request whether DeepSeek V4 still works, and how fast, on Huawei Ascend and on Nvidia.')
    .version(TOOL_VERSION)
    .exitOverride()
  for (const register of registerCommands) register(program, terminal)
  for (const command of program.commands) command.exitOverride()
  try {
    await program.parseAsync()
  } catch (error) {
    terminal.exit(exitCodeOf(error, progress.note))
  } finally {
    progress.close()
    if (terminal.signal.aborted) terminal.exit(EXIT_CODES.interrupted)
  }
}

function exitCodeOf(error: unknown, note: (message: string) => void): number {
  // Commander has printed its own message; asking for help or the version is no mistake.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_CODES.pass : EXIT_CODES.configuration
  if (error instanceof ConfigurationError) {
    note(error.message)
    return EXIT_CODES.configuration
  }
  // A bug of ours is neither a pass nor a finding about the pull request.
  note(`crosschip ${TOOL_VERSION} failed unexpectedly, please report this:\n${(error as Error).stack ?? String(error)}`)
  return EXIT_CODES.incomplete
}
