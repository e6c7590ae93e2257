import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'

/**
 * Holds the direction of docs/architecture.md: entries → terminal, github → commands → stages → record, stats. Reads the
 * sources as text, so that a wrong import fails here before anybody has to notice it in review.
 */

const SOURCE = join(import.meta.dirname, '../../../src')

/** Which rooms a room may import from, besides itself, `record/` and what is {@link NEUTRAL}. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  record: ['plan'],
  stats: [],
  matrix: ['plan', 'engine/simulator/faults'],
  plan: ['matrix'],
  hardware: [],
  engine: ['plan', 'commands/simulate'],
  'suites/correctness': ['engine'],
  'suites/performance': ['engine', 'plan', 'stats'],
  compare: ['plan', 'stats'],
  report: ['compare'],
  github: ['commands', 'compare', 'plan', 'report'],
  commands: ['matrix', 'plan', 'hardware', 'engine', 'suites/correctness', 'suites/performance', 'compare', 'report'],
  terminal: ['commands', 'plan', 'compare', 'report', 'engine', 'suites/correctness', 'suites/performance', 'github'],
}

/** Files without a room that every room may import. */
const NEUTRAL = ['bounded.ts', 'ports.ts', 'version.ts']

/** Rooms that take data and return data. */
const PURE_ROOMS = ['matrix', 'plan', 'record', 'stats', 'compare', 'report', 'engine/simulator/model']
const IMPURE_IMPORT = /^(@actions\/|node:(fs|child_process|http|https|net|tls|worker_threads|timers|os)\b|undici)/
const IMPURE_WORD = /\bprocess\.env\b|\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bperformance\.now\(/

interface SourceFile {
  path: string
  text: string
  imports: string[]
}

const files: SourceFile[] = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => {
    const text = readFileSync(join(SOURCE, path), 'utf8')
    const imports = [
      ...text.matchAll(
        /(?:^|\n)\s*(?:import|export)[^'"\n]*?(?:\n[^'"]*?)?from '([^']+)'|import\('([^']+)'\)|\nimport '([^']+)'/g,
      ),
    ].map((match) => (match[1] ?? match[2] ?? match[3])!)
    return { path, text, imports }
  })

const roomOf = (path: string) => {
  const parts = path.split('/')
  if (parts.length === 1) return 'entry'
  return parts[0] === 'suites' ? `suites/${parts[1]}` : parts[0]!
}
const resolved = (file: SourceFile, specifier: string) => relative(SOURCE, join(SOURCE, dirname(file.path), specifier))

describe('the direction of imports', () => {
  it('finds the sources and their imports', () => {
    expect(files.length).toBeGreaterThan(40)
    expect(files.find((file) => file.path === 'cli.ts')?.imports).toContain('./terminal/main.ts')
  })

  it('knows every room', () => {
    const rooms = new Set(files.map((file) => roomOf(file.path)))
    rooms.delete('entry')
    expect([...rooms].filter((room) => !(room in MAY_IMPORT))).toEqual([])
  })

  it('is held by every file', () => {
    const wrong = files.flatMap((file) => {
      const room = roomOf(file.path)
      if (room === 'entry') return []
      return file.imports
        .filter((specifier) => specifier.startsWith('.'))
        .map((specifier) => resolved(file, specifier))
        .filter((target) => {
          const targetRoom = roomOf(target)
          if (targetRoom === room || targetRoom === 'record' || NEUTRAL.includes(target)) return false
          return !MAY_IMPORT[room]!.some((allowed) => target.startsWith(`${allowed}/`) || target === `${allowed}.ts`)
        })
        .map((target) => `${file.path} imports ${target}`)
    })
    expect(wrong).toEqual([])
  })

  it('keeps pure rooms free of input, output, clocks and chance', () => {
    const pure = files.filter((file) => PURE_ROOMS.some((room) => file.path.startsWith(`${room}/`)))
    const wrong = pure.flatMap((file) => [
      ...file.imports
        .filter((specifier) => IMPURE_IMPORT.test(specifier))
        .map((what) => `${file.path} imports ${what}`),
      ...(IMPURE_WORD.exec(file.text) ?? []).map((what) => `${file.path} uses ${what}`),
    ])
    expect(wrong).toEqual([])
  })

  it('lets no file know both a vendor and a statistic', () => {
    const vendor = /['"`](ascend|nvidia)['"`]|npu-smi|nvidia-smi/
    const wrong = files.filter((file) => {
      const statistic =
        file.path.startsWith('stats/') || file.imports.some((specifier) => /(^|\/)stats\//.test(specifier))
      return statistic && vendor.test(file.text)
    })
    expect(wrong.map((file) => file.path)).toEqual([])
  })
})

describe('the size of files', () => {
  it('stays at one idea: at most 300 lines, entries at most 60', () => {
    const long = files.filter((file) => {
      const lines = file.text.split('\n').length - 1
      return lines > (roomOf(file.path) === 'entry' ? 60 : 300)
    })
    expect(long.map((file) => file.path)).toEqual([])
  })
})
