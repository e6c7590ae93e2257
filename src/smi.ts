import { readFileSync } from 'node:fs'
import { runEmulatedTool } from './hardware/emulated/run.ts'
import { STATE_VARIABLE } from './hardware/emulated/state.ts'

/**
 * Entry of the emulated device tools: `node dist/smi.js npu-smi info`, with the state file named in the environment.
 * For demos and tests; {@link writeEmulatedTools} writes executables that call it.
 */

/** A hanging tool that nobody kills ends by itself at last. */
const HANG_MS = 600_000

const [tool = '', ...argv] = process.argv.slice(2)
const file = process.env[STATE_VARIABLE]
if (file === undefined) {
  process.stderr.write(`${STATE_VARIABLE} does not name a state file\n`)
  process.exitCode = 2
} else {
  const end = runEmulatedTool(tool, argv, readFileSync(file, 'utf8'), file)
  if (end.state === 'hangs') setTimeout(() => {}, HANG_MS)
  else {
    process.stdout.write(end.output.text)
    process.exitCode = end.output.exitCode
  }
}
