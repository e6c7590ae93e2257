import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ConfigurationError } from '../../../../src/record/problem.ts'
import { readRawRecords, writeRawRecords } from '../../../../src/suites/performance/raw-record-file.ts'
import { rawHeader } from '../../../pure/suites/performance/raw-headers.ts'
import { record } from '../../../pure/suites/performance/records.ts'

let directory = ''
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'crosschip-raw-'))
})
afterAll(() => rmSync(directory, { recursive: true }))

const header = (load: string) => rawHeader({ scenario: 'chat', load })
const request = (id: string) => record([[20, 0, 'answer', 1]], { id })

async function read(path: string) {
  const seen: string[] = []
  for await (const { header: of, record: one } of readRawRecords(path)) seen.push(`${of.load} ${one.id}`)
  return seen
}

/** The text of what is thrown. */
const fault = (path: string) =>
  read(path).then(
    () => '',
    (error: unknown) => (error instanceof ConfigurationError ? error.message : `${error}`),
  )

describe('a file of raw records', () => {
  it('holds load points one after the other, and is begun anew unless it is added to', async () => {
    const path = join(directory, 'new/folder/raw.jsonl')
    await writeRawRecords(path, header('old'), [request('x')], { append: false })
    await writeRawRecords(path, header('c1'), [request('a'), request('b')], { append: false })
    await writeRawRecords(path, header('c2'), [], { append: true })
    await writeRawRecords(path, header('c4'), [request('c é🙂')], { append: true })
    expect(await read(path)).toEqual(['c1 a', 'c1 b', 'c4 c é🙂'])
    expect(readFileSync(path, 'utf8').match(/"schema"/g)).toHaveLength(3)
  })

  it('is read over the borders of the reads', async () => {
    const path = join(directory, 'large.jsonl')
    const rows = Array.from({ length: 20_000 }, (_, index) => [index, index, 'answer', 1] as const)
    const large = record(rows.map((row) => [...row]))
    await writeRawRecords(path, header('c1'), [large, { ...large, id: 's' }], { append: false })
    const seen = []
    for await (const one of readRawRecords(path)) seen.push(one)
    expect(seen.map((one) => one.record.events.length)).toEqual([20_000, 20_000])
    expect(seen[0]?.header).toBe(seen[1]?.header)
  })

  it('is refused with the line that is wrong', async () => {
    const path = join(directory, 'wrong.jsonl')
    await writeRawRecords(path, header('c1'), [request('a')], { append: false })
    const good = readFileSync(path, 'utf8')
    const refusals: [string, RegExp][] = [
      ['', /:1: no header/],
      [good.split('\n')[1]!.concat('\n'), /:1: a record before the first header/],
      [`${good}{}\n`, /:3: id/],
      [good.slice(0, -1), /:2: the line has no end \(the writing was cut off\)/],
      [`${good}\n`, /:3: not JSON/],
    ]
    for (const [content, message] of refusals) {
      writeFileSync(path, content)
      expect(await fault(path)).toMatch(message)
    }
    expect(await fault(join(directory, 'none.jsonl'))).toMatch(/ENOENT/)
  })
})
