import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { validateFiles } from '../../../src/commands/validate.ts'
import { formatProblem } from '../../../src/record/problem.ts'
import { MATRIX, RUNNERS } from './samples.ts'

const WITHOUT_SUITES = MATRIX.replace(/suites:\n(?: {2}.*\n)+/, '')

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'crosschip-validate-'))
  await writeFile(join(directory, 'runners.yaml'), RUNNERS)
})
afterEach(() => rm(directory, { recursive: true }))

async function validate(files: Record<string, string>) {
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text)
  const notes: string[] = []
  const paths = Object.keys(files).map((name) => join(directory, name))
  const problems = await validateFiles(paths, (note) => notes.push(note))
  const short = (text: string) => text.replaceAll(`${directory}/`, '')
  return { problems: problems.map(formatProblem).map(short), notes: notes.map(short) }
}

describe('validateFiles', () => {
  it('looks up pools and faults of a file whose form is wrong', async () => {
    const text = MATRIX.replace('seed: 7', 'seed: -7')
      .replace('pool: gpu', 'pool: gpus')
      .replace('slow-decode@head', 'slow-decod@head')
    expect((await validate({ 'm.yaml': text })).problems).toEqual([
      expect.stringMatching(/targets\.h200\.pool: no runner pool "gpus" \(did you mean "gpu"\?\)/),
      expect.stringMatching(/engines\.sim\.faults\[0\]: no fault "slow-decod" \(did you mean "slow-decode"\?\)/),
      expect.stringMatching(/seed: must be at least 0/),
    ])
  })

  it('takes a pool whose entry is broken for a pool', async () => {
    const { problems } = await validate({
      'runners.yaml': RUNNERS.replace('host: bare', 'host: bear'),
      'm.yaml': MATRIX,
    })
    expect(problems).toEqual([expect.stringMatching(/^runners\.yaml:4:\d+: pools\.gpu\.host/)])
    await writeFile(join(directory, 'runners.yaml'), RUNNERS.replace('host: bare', 'host: bear'))
    expect((await validate({ 'm.yaml': MATRIX })).problems).toEqual(problems)
  })

  it('says nothing of pools where the runners file does not tell which there are', async () => {
    const runners = RUNNERS.replace('pools:', 'pools: 3\nlabels:')
    const { problems } = await validate({ 'm.yaml': MATRIX, 'runners.yaml': runners })
    expect(problems.filter((each) => each.startsWith('m.yaml'))).toEqual([])
    expect(problems).toHaveLength(2)
  })

  it('says once what is wrong with the runners file beside two matrix files', async () => {
    await rm(join(directory, 'runners.yaml'))
    const { problems } = await validate({ 'a.yaml': MATRIX, 'b.yaml': MATRIX })
    expect(problems).toEqual([expect.stringMatching(/^runners\.yaml: no such file, so pools cannot be checked/)])
  })

  it('notes that a file without suites has nothing to run alone', async () => {
    expect(await validate({ 'm.yaml': WITHOUT_SUITES })).toEqual({
      problems: [],
      notes: [expect.stringMatching(/^m\.yaml: holds no `suites`, so there is nothing to run: plan it together with/)],
    })
    expect((await validate({ 'm.yaml': MATRIX.replace(/suites:\n(?: {2}.*\n)+/, 'suites: {}\n') })).notes).toHaveLength(
      1,
    )
  })

  it('notes nothing where another of the files holds them, or none is a matrix', async () => {
    expect((await validate({ 'a.yaml': WITHOUT_SUITES, 'b.yaml': MATRIX })).notes).toEqual([])
    expect((await validate({ 'runners.yaml': RUNNERS })).notes).toEqual([])
    expect((await validate({ 'm.yaml': MATRIX.replace('seed: 7', 'sed: 7') })).notes).toEqual([])
    expect((await validate({ 'a.yaml': WITHOUT_SUITES, 'b.yaml': WITHOUT_SUITES })).notes).toEqual([
      expect.stringMatching(/^a\.yaml, b\.yaml: none of them holds `suites`/),
    ])
  })

  it('takes a matrix file with stray pools for a matrix file', async () => {
    const { problems } = await validate({ 'm.yaml': `${MATRIX}pools: {}\n` })
    expect(problems).toEqual([expect.stringMatching(/^m\.yaml:40:1: pools: unknown key/)])
  })
})
