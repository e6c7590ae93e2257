import type { RawRecordsHeader } from '../../../../src/suites/performance/raw-header.ts'

/** The header of a load point as `load` writes it. */
export function rawHeader(changes: Partial<RawRecordsHeader> = {}): RawRecordsHeader {
  return {
    scenario: 'load',
    load: 'c2',
    repetition: 1,
    originMs: 1234.5,
    startedAt: '2026-01-02T03:04:05.000Z',
    url: 'http://localhost:8000',
    model: 'toy',
    workload: { kind: 'single', input: { law: 'fixed', tokens: 64 }, output: { law: 'fixed', tokens: 4 } },
    arrival: { kind: 'closed', concurrency: 2 },
    seed: 1,
    hostShare: null,
    threads: 1,
    planned: 1,
    keepAlive: true,
    tokenSource: 'server',
    templateTokens: 5,
    slo: null,
    devices: null,
    client: null,
    server: null,
    faults: [],
    remarks: [],
    interrupted: false,
    ...changes,
  }
}
