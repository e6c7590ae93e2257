import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { prepareOutputDirectory } from '../../../src/commands/output-directory.ts'
import { ConfigurationError } from '../../../src/record/problem.ts'

const directory = mkdtempSync(join(tmpdir(), 'crosschip-out-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

describe('prepareOutputDirectory', () => {
  it('makes every level, leaves nothing in it, and is content with what exists', async () => {
    const deep = join(directory, 'a/b/c')
    await Promise.all([prepareOutputDirectory(deep), prepareOutputDirectory(deep)])
    await prepareOutputDirectory(deep)
    expect(existsSync(deep)).toBe(true)
    expect(readdirSync(deep)).toEqual([])
  })

  it('says at once that a place cannot be written, and the mend', async () => {
    const file = join(directory, 'file')
    writeFileSync(file, '')
    for (const place of [file, join(file, 'below'), '/proc/crosschip/out']) {
      const failure = prepareOutputDirectory(place)
      await expect(failure).rejects.toThrow(ConfigurationError)
      await expect(failure).rejects.toThrow(/cannot be written: E.*--out/)
    }
  })
})
