import { parentPort, workerData } from 'node:worker_threads'
import { serveShard } from './suites/performance/load/shards/serve.ts'

/** Entry of one thread that carries its part of a load; `runSharded` starts it. */
if (parentPort === null) {
  process.stderr.write('load-worker is started by crosschip as a thread\n')
  process.exitCode = 2
} else await serveShard(parentPort, workerData)
