import { deflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readZipEntry } from '../../../src/github/zip.ts'
import { zipOf } from '../../services/zip-writer.ts'

const LIMIT = 1024

describe('one entry of a ZIP archive', () => {
  it('comes out as it went in, stored or deflated, among any others', () => {
    const names = fc.uniqueArray(fc.stringMatching(/^[a-z/.]{1,20}$/), { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(names, fc.uint8Array({ maxLength: LIMIT }), fc.boolean(), (all, content, deflated) => {
        const archive = zipOf(all.map((name) => ({ name, content: Buffer.from(content), deflated })))
        for (const name of all)
          expect(readZipEntry(archive, name, LIMIT)).toEqual({ state: 'read', bytes: Buffer.from(content) })
      }),
    )
  })

  it('is found behind an archive comment', () => {
    const archive = zipOf([{ name: 'result.json', content: Buffer.from('{}') }], 'made by hand')
    expect(readZipEntry(archive, 'result.json', LIMIT).state).toBe('read')
  })

  it('is refused when it is absent, there twice, or one bit of it has changed', () => {
    const one = { name: 'result.json', content: Buffer.from('{"a":1}') }
    expect(readZipEntry(zipOf([]), 'result.json', LIMIT)).toMatchObject({ reason: 'no result.json in it' })
    expect(readZipEntry(zipOf([one, one]), 'result.json', LIMIT)).toMatchObject({
      reason: expect.stringMatching(/^2 /),
    })
    const spoiled = zipOf([one])
    spoiled[spoiled.indexOf('{"a":1}')]! ^= 1
    expect(readZipEntry(spoiled, 'result.json', LIMIT)).toMatchObject({ reason: expect.stringMatching(/checksum/) })
  })

  it('stops a bomb at the limit, whether it tells its size or lies', () => {
    const zeros = Buffer.alloc(50 * 1024 * 1024)
    const honest = zipOf([{ name: 'result.json', content: zeros, deflated: true }])
    expect(readZipEntry(honest, 'result.json', LIMIT)).toMatchObject({ reason: expect.stringMatching(/at most 1024/) })
    const liar = zipOf([{ name: 'result.json', content: zeros, deflated: true, statedBytes: 10 }])
    expect(readZipEntry(liar, 'result.json', LIMIT).state).toBe('invalid')
  })

  it('never throws and never exceeds the limit, whatever the bytes', () => {
    const good = zipOf([{ name: 'result.json', content: Buffer.from('{"a":1}'), deflated: true }])
    const changes = fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(changes, fc.nat(good.length), (edits, cut) => {
        const bytes = Buffer.from(good)
        for (const [at, value] of edits) bytes[at] = value
        for (const archive of [bytes, bytes.subarray(0, cut), deflateRawSync(bytes)]) {
          const reading = readZipEntry(archive, 'result.json', LIMIT)
          if (reading.state === 'read') expect(reading.bytes.length).toBeLessThanOrEqual(LIMIT)
        }
      }),
      { numRuns: 2000 },
    )
  })
})
