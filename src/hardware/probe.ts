import type { Hardware } from '../record/cell-result.ts'
import type { Vendor } from '../record/words.ts'
import { quoteLine } from './inventory.ts'
import { runTool, type ToolCall, type ToolEnd } from './run-tool.ts'
import { DEVICE_TOOLS } from './vendors.ts'

export interface ProbeOptions {
  run?: (call: ToolCall) => Promise<ToolEnd>
  timeoutMs?: number
  /** Where the tool is looked for, by `PATH`. Default: the environment of this process. */
  environment?: Readonly<Record<string, string | undefined>>
  /** Ends the look early, and the tool with it. */
  signal?: AbortSignal
}

/** `npu-smi` needs seconds on a host of 16 devices; a minute means that it hangs. */
const DEFAULT_TIMEOUT_MS = 60_000

/** Looks at the devices of a vendor with its own tool. Never throws: what could not be seen says why. */
export async function probeHardware(vendor: Vendor, options: ProbeOptions = {}): Promise<Hardware> {
  const { run = runTool, timeoutMs = DEFAULT_TIMEOUT_MS, environment = process.env } = options
  const { signal = new AbortController().signal } = options
  const { tool, argv, parse } = DEVICE_TOOLS[vendor]
  const failed = (reason: string): Hardware => ({
    state: 'not-probed',
    reason: reason.slice(0, 2000),
    toolFailed: true,
  })
  const end = await run({ tool, argv, timeoutMs, environment, signal })
  switch (end.state) {
    case 'missing':
      return { state: 'not-probed', reason: `${tool} is not on the path of this machine` }
    case 'timed-out':
      return failed(`${tool} did not answer within ${timeoutMs / 1000} s`)
    case 'cancelled':
      return { state: 'not-probed', reason: `the run was cancelled while ${tool} was asked` }
    case 'failed':
      return failed(`${tool} could not be run: ${end.reason}`)
    case 'exited': {
      const reading = parse(end.stdout)
      if (reading.state === 'inventory' && end.code === 0) return { state: 'seen', vendor, tool, ...reading.inventory }
      // What the tool says is worth more than its exit code, and some say it on stderr.
      const silent = end.stdout.trim() === ''
      if (reading.state === 'unreadable' && !silent) return failed(reading.reason)
      const said = (silent ? end.stderr : end.stdout).trim().split('\n')[0]
      return failed(`${tool} ended with exit code ${end.code}${said ? ` and says ${quoteLine(said)}` : ''}`)
    }
  }
}
