#!/usr/bin/env node
import { registerCheck } from './terminal/check.ts'
import { registerDemo } from './terminal/demo.ts'
import { registerLoad } from './terminal/load.ts'
import { main } from './terminal/main.ts'
import { registerPlan } from './terminal/plan.ts'
import { registerReport } from './terminal/report.ts'
import { registerRun } from './terminal/run.ts'
import { registerSimulate } from './terminal/simulate.ts'
import { registerSummarise } from './terminal/summarise.ts'
import { registerValidate } from './terminal/validate.ts'

await main([
  registerDemo,
  registerPlan,
  registerRun,
  registerReport,
  registerValidate,
  registerLoad,
  registerSummarise,
  registerCheck,
  registerSimulate,
])
