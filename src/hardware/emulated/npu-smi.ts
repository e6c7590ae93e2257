import type { Device } from '../../record/cell-result.ts'
import { type EmulatedAscend, type NpuLayout, visibleDevices } from './state.ts'
import type { ToolOutput } from './tool-output.ts'

/** What `npu-smi info` prints, in the layouts of the generations that are about. */

const USAGE = 'Usage: npu-smi info\nThe emulated tool knows this one command.'

/** Widths of the cells of a row; what stands in the wide last cell is spaced by `columns`. */
interface TableForm {
  widths: readonly number[]
  columns: readonly [number, number]
  head: readonly [string, string[]][]
}

const OF_A2: TableForm = {
  widths: [27, 15, 52],
  columns: [12, 18],
  head: [
    ['NPU   Name', ['Health', 'Power(W)', 'Temp(C)', 'Hugepages-Usage(page)']],
    ['Chip', ['Bus-Id', 'AICore(%)', 'Memory-Usage(MB)', 'HBM-Usage(MB)']],
  ],
}

const FORMS: Readonly<Record<NpuLayout, TableForm>> = {
  a2: OF_A2,
  a3: withSecondRow(OF_A2, 'Chip  Phy-ID'),
  wide: { ...withSecondRow(OF_A2, 'Chip  Phy-ID'), widths: [27, 15, 70], columns: [21, 24] },
  '310p': {
    widths: [31, 17, 54],
    columns: [13, 18],
    head: [
      ['NPU     Name', ['Health', 'Power(W)', 'Temp(C)', 'Hugepages-Usage(page)']],
      ['Chip    Device', ['Bus-Id', 'AICore(%)', 'Memory-Usage(MB)', '']],
    ],
  },
  '950': {
    widths: [27, 15, 53],
    columns: [12, 18],
    head: [
      ['NPU ID | Name', ['Health', 'Power(W)', 'Temp(C)', 'Hugepages-Usage(page)']],
      ['       |', ['Bus-Id', 'NPU Util(%)', 'Memory-Usage(MB)', 'HBM-Usage(MB)']],
    ],
  },
}

function withSecondRow(form: TableForm, second: string): TableForm {
  const [first, [, readings]] = form.head as [TableForm['head'][0], TableForm['head'][0]]
  return { ...form, head: [first, [second, readings]] }
}

export function emulateNpuSmi(argv: readonly string[], state: EmulatedAscend): ToolOutput {
  if (argv.length !== 1 || argv[0] !== 'info') return { text: USAGE, exitCode: 1 }
  const { layout, driverVersion } = state
  const form = FORMS[layout]
  const devices = visibleDevices(state)
  const inner = form.widths.reduce((sum, width) => sum + width + 1, -1)
  const border = (fill: string) => `+${form.widths.map((width) => fill.repeat(width)).join('+')}+`
  const row = (first: string, [second, ...readings]: readonly string[]) => {
    const [a, b, c] = readings
    const last = `${a!.padEnd(form.columns[0])}${b!.padEnd(form.columns[1])}${c ?? ''}`
    return `|${[first, second!, last].map((cell, at) => ` ${cell}`.padEnd(form.widths[at]!)).join('|')}|`
  }
  const lines = [
    `+${'-'.repeat(inner)}+`,
    `|${` npu-smi ${driverVersion}`.padEnd(34)}${`Version: ${driverVersion}`.padEnd(inner - 34)}|`,
    border('-'),
    ...form.head.map(([first, readings]) => row(first, readings)),
    border('='),
  ]
  for (const [at, device] of devices.entries()) {
    for (const [first, readings] of deviceRows(layout, device)) lines.push(row(first, readings))
    const sameCard = pairsDies(layout) && card(layout, devices[at + 1]?.index) === card(layout, device.index)
    lines.push(sameCard ? `+${'-'.repeat(inner)}+` : border('='))
  }
  const process = layout === '950' ? 'NPU ID' : 'NPU     Chip'
  lines.push(border('-'), processHead(form, process), border('='))
  for (const npu of new Set(devices.map(({ index }) => card(layout, index)))) {
    lines.push(`|${` No running processes found in NPU ${npu}`.padEnd(inner)}|`, border('='))
  }
  return { text: `${lines.join('\n')}\n`, exitCode: 0 }
}

function deviceRows(layout: NpuLayout, device: Device): [string, string[]][] {
  const npu = card(layout, device.index)
  const die = device.index % 2
  const memory = usage(device)
  const power = device.powerWatts?.toFixed(1) ?? (pairsDies(layout) ? '-' : 'NA')
  const readings = [health(device), power, device.temperatureCelsius?.toFixed(0) ?? 'NA', '0    / 0']
  const bus = busId(device.index)
  switch (layout) {
    case 'a2':
      return [
        [`${String(npu).padEnd(6)}${device.name}`, readings],
        ['0', [bus, '0', '0    / 0', memory]],
      ]
    case 'a3':
    case 'wide':
      return [
        [`${String(npu).padEnd(6)}${device.name}`, readings],
        [`${String(die).padEnd(6)}${device.index}`, [bus, '0', '0    / 0', memory]],
      ]
    case '310p':
      return [
        [`${String(npu).padEnd(8)}${device.name}`, readings],
        [`${String(die).padEnd(8)}${device.index}`, [bus, '0', memory, '']],
      ]
    case '950':
      return [
        [`${String(npu).padEnd(6)} | ${device.name}`, readings],
        ['       |', ['NA', '0', '0    / 0', memory]],
      ]
  }
}

function processHead(form: TableForm, first: string): string {
  const cells = [first, 'Process id', 'Process name             | Process memory(MB)']
  return `|${cells.map((cell, at) => ` ${cell}`.padEnd(form.widths[at]!)).join('|')}|`
}

/** A3 and 310P cards carry two devices each. */
function pairsDies(layout: NpuLayout): boolean {
  return layout === 'a3' || layout === 'wide' || layout === '310p'
}

function card(layout: NpuLayout, index: number | undefined): number {
  if (index === undefined) return -1
  return pairsDies(layout) ? Math.floor(index / 2) : index
}

/** The used value is padded to five places, so five digits touch the slash, as on the real tool. */
function usage({ memoryUsedMiB, memoryTotalMiB }: Device): string {
  return `${String(memoryUsedMiB ?? 'NA').padEnd(5)}/ ${memoryTotalMiB ?? 'NA'}`
}

function health(device: Device): string {
  switch (device.health) {
    case 'ok':
      return 'OK'
    case 'not-ok':
      return 'Alarm'
    case 'unknown':
      return 'UNKNOWN'
  }
}

function busId(index: number): string {
  return `0000:${(index % 256).toString(16).toUpperCase().padStart(2, '0')}:00.0`
}
