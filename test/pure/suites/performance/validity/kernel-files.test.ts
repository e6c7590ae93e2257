import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  clockGovernor,
  type KernelCounts,
  kernelCounter,
  kernelShares,
} from '../../../../../src/suites/performance/validity/kernel-counts.ts'
import {
  parseProcessorTicks,
  parseSchedstat,
  parseThrottling,
  throttlingPaths,
} from '../../../../../src/suites/performance/validity/kernel-files.ts'

const STAT = `cpu  1200 30 450 90000 77 5 61 840 12 3
cpu0 600 15 225 45000 38 3 30 420 6 2
cpu1 600 15 225 45000 39 2 31 420 6 1
intr 123456 9 0 0
ctxt 987654
`

const CPU_STAT_2 = `usage_usec 812345
user_usec 700000
system_usec 112345
nr_periods 410
nr_throttled 7
throttled_usec 345678
nr_bursts 0
burst_usec 0
`

const CPU_STAT_1 = 'nr_periods 12\nnr_throttled 3\nthrottled_time 4500000\n'

const number = fc.integer({ min: 0, max: 2 ** 48 })

describe('schedstat', () => {
  it('tells the time on a core and the time waited for one', () => {
    expect(parseSchedstat('7654321 12345 678\n')).toEqual({ ranNs: 7654321, waitedNs: 12345, slices: 678 })
  })

  it('reads back any counts', () => {
    fc.assert(
      fc.property(number, number, number, (ran, waited, slices) => {
        expect(parseSchedstat(`${ran} ${waited} ${slices}\n`)).toEqual({ ranNs: ran, waitedNs: waited, slices })
      }),
    )
  })

  it.each(['', '1 2', '1 2 3 4', 'a b c', '-1 2 3'])('is not %j', (text) => expect(parseSchedstat(text)).toBeNull())
})

describe('/proc/stat', () => {
  it('gives steal, and a total in which guests are not counted twice', () => {
    expect(parseProcessorTicks(STAT)).toEqual({ steal: 840, total: 1200 + 30 + 450 + 90000 + 77 + 5 + 61 + 840 })
  })

  it('reads back any counts, with or without the columns of guests', () => {
    fc.assert(
      fc.property(fc.array(number, { minLength: 8, maxLength: 10 }), (columns) => {
        const ticks = parseProcessorTicks(`cpu  ${columns.join(' ')}\ncpu0 1 2 3 4 5 6 7 8\n`)
        expect(ticks?.steal).toBe(columns[7])
        expect(ticks?.total).toBe(columns.slice(0, 8).reduce((sum, value) => sum + value, 0))
      }),
    )
  })

  it.each(['', 'cpu0 1 2 3 4 5 6 7 8\n', 'cpu  1 2 3 4\n', 'cpu  1 2 3 4 5 6 7 x\n'])('is not %j', (text) =>
    expect(parseProcessorTicks(text)).toBeNull(),
  )
})

describe('cpu.stat', () => {
  it('tells the throttled time of both versions of control groups', () => {
    expect(parseThrottling(CPU_STAT_2)).toEqual({ periods: 7, throttledMs: 345.678 })
    expect(parseThrottling(CPU_STAT_1)).toEqual({ periods: 3, throttledMs: 4.5 })
  })

  it('tells nothing for the root group, which has no limit', () => {
    expect(parseThrottling('usage_usec 812345\nuser_usec 700000\nsystem_usec 112345\n')).toBeNull()
  })

  it('never throws and never gives less than nothing, whatever the text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const read = parseThrottling(text)
        expect(read === null || read.throttledMs >= 0).toBe(true)
      }),
    )
  })
})

describe('the places of cpu.stat', () => {
  it('are those of the own group and of all above it', () => {
    expect(throttlingPaths('0::/kube/pod7/runner\n')).toEqual([
      '/sys/fs/cgroup/kube/pod7/runner/cpu.stat',
      '/sys/fs/cgroup/kube/pod7/cpu.stat',
      '/sys/fs/cgroup/kube/cpu.stat',
      '/sys/fs/cgroup/cpu.stat',
    ])
  })

  it('are those of the cpu controller in version 1', () => {
    const paths = throttlingPaths('5:memory:/a\n4:cpu,cpuacct:/a\n1:name=systemd:/b\n')
    expect(paths).toContain('/sys/fs/cgroup/cpu,cpuacct/a/cpu.stat')
    expect(paths).toContain('/sys/fs/cgroup/cpu/cpu.stat')
    expect(paths.some((path) => path.includes('memory') || path.includes('/b'))).toBe(false)
  })

  it('stay below the mount point, whatever the text', () => {
    expect(throttlingPaths('0::/../../../etc')).toContain('/sys/fs/cgroup/etc/cpu.stat')
    fc.assert(
      fc.property(fc.string(), (path) => {
        for (const found of throttlingPaths(`0::/${path}`)) {
          expect(found.startsWith('/sys/fs/cgroup/')).toBe(true)
          expect(found.split('/')).not.toContain('..')
        }
      }),
    )
  })
})

/** A Linux whose counters a test sets. */
function machine(files: Record<string, string>) {
  return (path: string) => files[path] ?? null
}

const NOTHING = { runDelayShare: null, meanRunDelayMs: null, stealShare: null, throttledMs: null }

describe('what the kernel counts', () => {
  const files: Record<string, string> = {
    '/proc/thread-self/schedstat': '1000000000 5000000 9\n',
    '/proc/stat': STAT,
    '/proc/self/cgroup': '0::/job\n',
    '/sys/fs/cgroup/cpu.stat': 'usage_usec 1\n',
    '/sys/fs/cgroup/job/cpu.stat': CPU_STAT_2,
  }

  it('becomes shares of the time between two looks', () => {
    const now = { ...files }
    const counts = kernelCounter(machine(now))
    const before = counts()
    now['/proc/thread-self/schedstat'] = '1500000000 205000000 19\n'
    now['/proc/stat'] = 'cpu  1700 30 450 90400 77 5 61 940 12 3\n'
    now['/sys/fs/cgroup/job/cpu.stat'] = CPU_STAT_2.replace('345678', '365678')
    const shares = kernelShares(before, counts(), 2000)
    expect(shares.runDelayShare).toBeCloseTo(0.1)
    expect(shares.meanRunDelayMs).toBeCloseTo(20)
    expect(shares.stealShare).toBeCloseTo(0.1)
    expect(shares.throttledMs).toBeCloseTo(20)
  })

  it('is null where there are no such files', () => {
    const counts = kernelCounter(machine({}))
    expect(kernelShares(counts(), counts(), 1000)).toEqual(NOTHING)
    expect(clockGovernor(machine({}))).toBeNull()
  })

  it('is null where a file went away in between', () => {
    const before = kernelCounter(machine(files))()
    const gone: KernelCounts = { scheduler: null, ticks: null, throttling: [null, null] }
    expect(kernelShares(before, gone, 1000)).toEqual(NOTHING)
  })

  it('never turns a counter that runs backwards into a negative share', () => {
    const counts = (steal: number, total: number): KernelCounts => ({
      scheduler: { ranNs: 0, waitedNs: steal, slices: 5 },
      ticks: { steal, total },
      throttling: [],
    })
    expect(kernelShares(counts(10, 100), counts(9, 200), 1000)).toMatchObject({ runDelayShare: 0, stealShare: 0 })
  })

  it('names the governor of the clock rate', () => {
    expect(clockGovernor(machine({ '/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor': 'powersave\n' }))).toBe(
      'powersave',
    )
  })
})
