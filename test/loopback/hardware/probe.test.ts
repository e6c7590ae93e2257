import { spawnSync } from 'node:child_process'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type EmulatedMachine, emulatedDevices } from '../../../src/hardware/emulated/state.ts'
import { writeEmulatedTools } from '../../../src/hardware/emulated/write-tools.ts'
import { judgeHealth } from '../../../src/hardware/health.ts'
import { probeHardware } from '../../../src/hardware/probe.ts'
import { VENDORS } from '../../../src/record/words.ts'

const SMI = fileURLToPath(new URL('../../../src/smi.ts', import.meta.url))
const MACHINE = emulatedDevices([
  { vendor: 'ascend', chip: '910c', devices: 16 },
  { vendor: 'nvidia', chip: 'b200', devices: 8 },
])

let directory: string
let environment: Record<string, string | undefined>

beforeEach(async () => {
  // A quote and a blank: paths of runners may have either.
  directory = await mkdtemp(join(tmpdir(), "crosschip smi'-"))
  environment = { ...process.env, PATH: `${directory}${delimiter}/usr/bin${delimiter}/bin` }
})
afterEach(() => rm(directory, { recursive: true }))

const install = (machine: EmulatedMachine) => writeEmulatedTools(directory, process.execPath, SMI, machine)

async function script(tool: string, body: string) {
  await writeFile(join(directory, tool), `#!/bin/sh\n${body}\n`)
  await chmod(join(directory, tool), 0o755)
}

describe('probeHardware with emulated tools', () => {
  it.each(VENDORS)('sees every device of %s as the state file has it', async (vendor) => {
    await install(MACHINE)
    const hardware = await probeHardware(vendor, { environment })
    expect(hardware).toMatchObject({ state: 'seen', vendor, driverVersion: MACHINE[vendor]!.driverVersion })
    expect(hardware.state === 'seen' && hardware.devices).toEqual(MACHINE[vendor]!.devices)
    expect(judgeHealth(hardware, MACHINE[vendor]!.devices.length)).toEqual({ state: 'healthy' })
  })

  it('sees what is changed in the state file afterwards', async () => {
    const stateFile = await install(MACHINE)
    const state = JSON.parse(await readFile(stateFile, 'utf8')) as EmulatedMachine
    state.ascend!.faults = [{ kind: 'missing-device', index: 3 }]
    await writeFile(stateFile, JSON.stringify(state))
    const verdict = judgeHealth(await probeHardware('ascend', { environment }), 16)
    expect(verdict).toEqual({
      state: 'unhealthy',
      reasons: ['npu-smi shows 15 of the 16 devices promised; missing: 3'],
    })
  })

  it('gives up on a tool that hangs, and leaves no process behind', async () => {
    await install({ ...MACHINE, nvidia: { ...MACHINE.nvidia!, faults: [{ kind: 'hang' }] } })
    const began = performance.now()
    const hardware = await probeHardware('nvidia', { environment, timeoutMs: 1500 })
    expect(performance.now() - began).toBeLessThan(10_000)
    expect(hardware).toEqual({
      state: 'not-probed',
      reason: 'nvidia-smi did not answer within 1.5 s',
      toolFailed: true,
    })
  })

  it('gives up on a tool whose child keeps the pipe open', async () => {
    const pidFile = join(directory, 'pid')
    await script('npu-smi', `sleep 300 &\necho $! > '${pidFile.replaceAll("'", "'\\''")}'\nwait`)
    const hardware = await probeHardware('ascend', { environment, timeoutMs: 1000 })
    expect(hardware).toMatchObject({ state: 'not-probed', toolFailed: true })
    const pid = Number(await readFile(pidFile, 'utf8'))
    await expect.poll(() => isRunning(pid), { timeout: 5000 }).toBe(false)
  })

  it.each([
    ['is cancelled', 'controller.abort()'],
    ['crashes', 'throw new Error("a bug of ours")'],
  ])('takes a hanging tool along when the run %s', async (_, what) => {
    const pidFile = join(directory, 'pid')
    await script('npu-smi', `echo $$ > '${pidFile.replaceAll("'", "'\\''")}'\nexec sleep 300`)
    const module = new URL('../../../src/hardware/probe.ts', import.meta.url).href
    const code = `import { probeHardware } from ${JSON.stringify(module)}
      import { existsSync } from 'node:fs'
      const controller = new AbortController()
      const { signal } = controller
      const environment = { PATH: ${JSON.stringify(environment.PATH)} }
      setInterval(() => { if (existsSync(${JSON.stringify(pidFile)})) { ${what} } }, 20).unref()
      console.log(JSON.stringify(await probeHardware('ascend', { environment, signal, timeoutMs: 15000 })))`
    const began = performance.now()
    const run = spawnSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8', timeout: 20_000 })
    expect(performance.now() - began).toBeLessThan(10_000)
    if (run.status === 0) expect(JSON.parse(run.stdout).reason).toContain('cancelled')
    else expect(run.stderr).toContain('a bug of ours')
    const pid = Number(await readFile(pidFile, 'utf8'))
    await expect.poll(() => isRunning(pid), { timeout: 5000 }).toBe(false)
  })

  it('says that a tool is not there, which is no failure', async () => {
    expect(await probeHardware('ascend', { environment })).toEqual({
      state: 'not-probed',
      reason: 'npu-smi is not on the path of this machine',
    })
  })

  it.each([
    ['its own words', 'echo "dcmi module initialize failed. ret is -8005"; exit 1', /ret is -8005/],
    ['its words on stderr', 'echo "cannot open driver" >&2; exit 7', /exit code 7 and says "cannot open driver"/],
    ['silence', 'exit 0', /exit code 0/],
    ['a table that is none', 'echo hello', /begins "hello"/],
    ['output without end', 'yes xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx', /printed more than/],
  ])('passes on %s of a tool that fails', async (_, body, reason) => {
    await script('npu-smi', body)
    expect(await probeHardware('ascend', { environment })).toEqual({
      state: 'not-probed',
      reason: expect.stringMatching(reason),
      toolFailed: true,
    })
  })

  it('does not believe an inventory from a tool that ended badly', async () => {
    await script('nvidia-smi', 'echo "0, NVIDIA H200, 0, 143771, 77.00, 30, 580.95"; exit 18')
    expect(await probeHardware('nvidia', { environment })).toMatchObject({ state: 'not-probed', toolFailed: true })
    await script('nvidia-smi', 'echo "No devices were found"; exit 6')
    expect(await probeHardware('nvidia', { environment })).toMatchObject({
      reason: 'nvidia-smi ended with exit code 6 and says "No devices were found"',
    })
  })

  it('asks the tool to speak plainly', async () => {
    await script('npu-smi', 'echo "locale $LC_ALL"')
    expect(await probeHardware('ascend', { environment: { ...environment, LC_ALL: 'zh_CN.UTF-8' } })).toMatchObject({
      reason: expect.stringContaining('locale C'),
    })
  })
})

/** A zombie that nobody reaped yet has ended. */
async function isRunning(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  return stat !== '' && !/\) [ZX] /.test(stat)
}
