import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { ConfigurationError } from '../../../../../src/record/problem.ts'
import { parseRecord, readRecords } from '../../../../../src/suites/performance/workload/records-file.ts'
import { memoryFiles } from './toy.ts'

const { signal } = new AbortController()
const text = '{"a":1}\n{"a":2}\n'
const sha256 = createHash('sha256').update(text).digest('hex')
const files = memoryFiles({ 'f.jsonl': text })

describe('readRecords', () => {
  it('hands over every record and tells the digest of the file', async () => {
    const lines: number[] = []
    expect(await readRecords({ path: 'f.jsonl', sha256 }, files, signal, ({ line }) => lines.push(line))).toEqual({
      sha256,
      records: 2,
    })
    expect(lines).toEqual([1, 2])
  })

  it('refuses another file than the one that was named, and one that is not there', async () => {
    const read = (path: string, digest: string | null) => readRecords({ path, sha256: digest }, files, signal, () => {})
    await expect(read('f.jsonl', '0'.repeat(64))).rejects.toThrow(`f.jsonl: sha256: the file has ${sha256}`)
    await expect(read('g.jsonl', null)).rejects.toThrow('g.jsonl: file: there is no such file')
    await expect(read('g.jsonl', null)).rejects.toThrow(ConfigurationError)
  })

  it('stops when it is told to', async () => {
    const stop = new AbortController()
    stop.abort(new Error('enough'))
    await expect(readRecords({ path: 'f.jsonl', sha256: null }, files, stop.signal, () => {})).rejects.toThrow('enough')
  })
})

describe('parseRecord', () => {
  const schema = z.object({ a: z.array(z.number()) })

  it('names file, line and field of what is wrong, and the mend', () => {
    const parse = (record: string) => parseRecord('f.jsonl', { line: 7, text: record }, schema, 'write it so')
    expect(parse('{"a":[1]}')).toEqual({ a: [1] })
    expect(() => parse('{"a":[1,"x"]}')).toThrow(/^f\.jsonl:7: a\.1: .*\(write it so\)$/)
    expect(() => parse('{"a"')).toThrow(/^f\.jsonl:7: is not JSON: .*\(write it so\)$/)
  })
})
