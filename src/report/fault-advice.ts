import type { PointFaultCode } from '../record/words.ts'

/** What a fault of load points means for who reads the report, and what to do about it. */
export const FAULT_ADVICE: Readonly<Record<PointFaultCode, string>> = {
  'client-busy': 'the runner was too busy: give the client a core of its own, or ask for less load',
  'client-stall': 'the client stood still: let nothing else run on its machine',
  'client-late': 'the client stamped late: give it a core of its own',
  'run-delay': 'the runner was busy: give the client a core of its own',
  steal: "the machine's time went to other virtual machines: take a runner that has its cores to itself",
  throttled: 'a CPU limit held the client back: raise that of its container',
  'clock-step': 'the clock was set or the machine slept: let neither happen during a run',
  'late-dispatch':
    'requests left late: give the client a core of its own; where all connections were taken, raise max-concurrency',
  connections: 'connections were closed and made anew: look at the keep-alive of the server and of proxies before it',
  unsent:
    'not all requests were sent: see whether the server hung (its log), or the cell ran out of time (timeout-minutes)',
  'failed-requests': "requests failed: look at the server's log",
  'no-tokens': 'answers held no token: ask the server by hand (crosschip check)',
  'no-usage': 'the server did not count its tokens: it must honour stream_options.include_usage',
  'wrong-token-count':
    'answers were not as long as asked: the server must honour ignore_eos, and its context must have room',
  'prompt-length':
    'prompts were not as long as asked: server and client must count with the same tokenizer and template',
  'cache-contamination':
    'a prefix cache served what it should not have: start the server afresh, or turn its prefix cache off',
  'server-restarted': 'the server went away and came back: look at its log',
  'server-disagrees':
    'client and server counted differently: look at the way between them (network, proxy, HTTP front end)',
  'foreign-load': 'somebody else used the server: measure on one that nobody else uses',
  'littles-law': 'the records do not account for the requests in flight: report it with the raw records',
  'not-steady': 'the server had not settled, or more arrived than it serves: raise warmup-requests, or lower the rates',
  drift: 'the server changed while it was measured: look at the clocks, heat and memory of its devices',
}
