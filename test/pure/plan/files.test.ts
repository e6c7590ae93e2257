import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createPlan } from '../../../src/commands/plan.ts'
import { validateFiles } from '../../../src/commands/validate.ts'
import { ConfigurationError, formatProblem } from '../../../src/record/problem.ts'
import { MATRIX, RUNNERS } from '../matrix/samples.ts'

let directory: string
const at = (name: string) => join(directory, name)

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'crosschip-plan-'))
  await writeFile(at('m.yaml'), MATRIX)
  await writeFile(at('runners.yaml'), RUNNERS)
})
afterEach(() => rm(directory, { recursive: true }))

function plan(options: Partial<Parameters<typeof createPlan>[0]> = {}) {
  return createPlan({ matrixFiles: [at('m.yaml')], runnersFile: null, seed: null, toolVersion: '1.2.3', ...options })
}

async function complaintsOfPlan(options: Parameters<typeof plan>[0] = {}): Promise<string[]> {
  const error = await plan(options).then(
    () => null,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(ConfigurationError)
  return (error as ConfigurationError).problems.map((problem) => formatProblem(problem).replaceAll(`${directory}/`, ''))
}

async function complaintsOfFiles(...names: string[]): Promise<string[]> {
  const problems = await validateFiles(names.map(at))
  return problems.map((problem) => formatProblem(problem).replaceAll(`${directory}/`, ''))
}

describe('createPlan', () => {
  it('reads the matrix and the pools beside it, and says what it read', async () => {
    const { toolVersion, sources, cells } = await plan()
    expect(toolVersion).toBe('1.2.3')
    expect(sources.map(({ path }) => path)).toEqual([at('m.yaml'), at('runners.yaml')])
    expect(cells).toHaveLength(12)
  })

  it('reads pools from elsewhere when told to', async () => {
    await writeFile(at('other.yaml'), RUNNERS.replace('gpu-8', 'gpu-16'))
    const { cells } = await plan({ runnersFile: at('other.yaml') })
    expect(cells.at(-1)?.pool.labels).toEqual(['self-hosted', 'gpu-16'])
  })

  it('names every file that cannot be read, not the first', async () => {
    await rm(at('runners.yaml'))
    await mkdir(at('folder'))
    expect(await complaintsOfPlan({ matrixFiles: [at('absent.yaml'), at('folder')] })).toEqual([
      'absent.yaml: no such file (check the path)',
      'folder: is not a file',
      'runners.yaml: no such file (check the path)',
    ])
  })

  it('says what is wrong in all files at once', async () => {
    await writeFile(at('m.yaml'), MATRIX.replace('devices: 16', 'devices: many'))
    await writeFile(at('runners.yaml'), RUNNERS.replace('host: bare', 'host: bear'))
    expect(await complaintsOfPlan()).toEqual([
      expect.stringMatching(/^m\.yaml:4:46: targets\.a3\.devices: must be a number/),
      expect.stringMatching(/^runners\.yaml:4:\d+: pools\.gpu\.host: must be one of/),
    ])
  })

  it('knows the faults of the simulator', async () => {
    await writeFile(at('m.yaml'), MATRIX.replace('slow-decode@head', 'slow-decoed@head'))
    expect(await complaintsOfPlan()).toEqual([
      expect.stringMatching(/no fault "slow-decoed" \(did you mean "slow-decode"\?\)/),
    ])
  })

  it('refuses a command line that outgrows the plan once it is filled in, and names the cell', async () => {
    await writeFile(at('m.yaml'), MATRIX.replace('[--flash]', `[${'x, '.repeat(250)}]`))
    expect((await complaintsOfPlan())[0]).toMatch(/^m\.yaml: engine\.argv: cell flash\.a950\.vllm\.plain: /)
  })
})

describe('validateFiles', () => {
  it('finds nothing in files that are in order, whichever they are', async () => {
    expect(await complaintsOfFiles('m.yaml')).toEqual([])
    expect(await complaintsOfFiles('runners.yaml')).toEqual([])
    expect(await complaintsOfFiles('m.yaml', 'runners.yaml')).toEqual([])
  })

  it('looks pools up in the file given, else in the one beside', async () => {
    await writeFile(at('pools.yaml'), RUNNERS.replace('  npu:', '  apu:'))
    expect(await complaintsOfFiles('m.yaml', 'pools.yaml')).toHaveLength(2)
    await writeFile(at('runners.yaml'), RUNNERS.replace('  npu:', '  apu:'))
    expect(await complaintsOfFiles('m.yaml')).toEqual([
      expect.stringMatching(/^m\.yaml:3:58: targets\.a950\.pool: no runner pool "npu" \(did you mean "apu"\?\)/),
      expect.stringMatching(/targets\.a3\.pool/),
    ])
  })

  it('says that pools cannot be checked where there is no runners file', async () => {
    await rm(at('runners.yaml'))
    expect(await complaintsOfFiles('m.yaml')).toEqual([
      expect.stringMatching(/^runners\.yaml: no such file, so pools cannot be checked \(give the runners file too/),
    ])
  })

  it('says what is wrong in every file', async () => {
    await writeFile(at('second.yaml'), MATRIX.replace('seed: 7', 'sed: 7'))
    await writeFile(at('m.yaml'), MATRIX.replace('"{devices}"', '"{device}"'))
    expect(await complaintsOfFiles('m.yaml', 'second.yaml', 'absent.yaml')).toEqual([
      expect.stringMatching(/^m\.yaml:18:48: engines\.vllm\.serve\[4\]: unknown placeholder/),
      expect.stringMatching(/^second\.yaml:39:1: sed: unknown key/),
      expect.stringMatching(/^absent\.yaml: no such file/),
    ])
  })
})
