import { readDocument } from '../../record/document.ts'
import { formatProblem } from '../../record/problem.ts'
import { emulateNpuSmi } from './npu-smi.ts'
import { emulateNvidiaSmi } from './nvidia-smi.ts'
import { emulatedMachineSchema, type MachineFault } from './state.ts'
import type { ToolOutput } from './tool-output.ts'

export type EmulatedEnd = { state: 'printed'; output: ToolOutput } | { state: 'hangs' }

/** One call of an emulated tool on the machine that the state file describes. */
export function runEmulatedTool(tool: string, argv: readonly string[], stateText: string, file: string): EmulatedEnd {
  const reading = readDocument(emulatedMachineSchema, stateText, file)
  if (reading.state === 'invalid') return printed(`${reading.problems.map(formatProblem).join('\n')}\n`, 2)
  const { ascend, nvidia } = reading.document
  if (tool === 'npu-smi' && ascend !== null)
    return struck(ascend.faults) ?? { state: 'printed', output: emulateNpuSmi(argv, ascend) }
  if (tool === 'nvidia-smi' && nvidia !== null)
    return struck(nvidia.faults) ?? { state: 'printed', output: emulateNvidiaSmi(argv, nvidia) }
  return printed(`${file}: this machine has no ${tool}; npu-smi and nvidia-smi can be emulated\n`, 2)
}

/** Faults of the tool itself; faults of devices show in what it prints. */
function struck(faults: readonly MachineFault[]): EmulatedEnd | null {
  for (const fault of faults) {
    if (fault.kind === 'hang') return { state: 'hangs' }
    if (fault.kind === 'error-text') return printed(`${fault.text}\n`, fault.exitCode)
  }
  return null
}

function printed(text: string, exitCode: number): EmulatedEnd {
  return { state: 'printed', output: { text, exitCode } }
}
