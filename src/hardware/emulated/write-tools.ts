import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { formatDocument } from '../../record/document.ts'
import { VENDORS } from '../../record/words.ts'
import { DEVICE_TOOLS } from '../vendors.ts'
import { type EmulatedMachine, STATE_VARIABLE } from './state.ts'

/**
 * Writes executables named as the real tools, one for each vendor that the machine has, and the state file that drives
 * them. `node` and `smi` are the programs behind them: the Node executable and the entry of the emulated tools.
 * Put `directory` in front of `PATH`. Change the returned state file to change what the tools show.
 */
export async function writeEmulatedTools(
  directory: string,
  node: string,
  smi: string,
  machine: EmulatedMachine,
): Promise<string> {
  await mkdir(directory, { recursive: true })
  const stateFile = resolve(directory, 'devices.json')
  await writeFile(stateFile, formatDocument(machine))
  for (const vendor of VENDORS) {
    if (machine[vendor] === null) continue
    const { tool } = DEVICE_TOOLS[vendor]
    const file = join(directory, tool)
    const command = [node, resolve(smi), tool].map(quote).join(' ')
    // `exec`, so that no shell is left behind when the tool is killed.
    await writeFile(file, `#!/bin/sh\n${STATE_VARIABLE}=${quote(stateFile)} exec ${command} "$@"\n`)
    await chmod(file, 0o755)
  }
  return stateFile
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
