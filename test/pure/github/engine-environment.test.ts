import { expect, it } from 'vitest'
import { engineEnvironment } from '../../../src/github/engine-environment.ts'

it("keeps from the tested code what would let it speak for the workflow, and leaves the machine's own variables", () => {
  const kept = {
    PATH: '/bin',
    ASCEND_RT_VISIBLE_DEVICES: '0,1',
    CUDA_VISIBLE_DEVICES: '0',
    HF_HOME: '/models',
    GITHUB_SHA: 'd'.repeat(40),
    GITHUB_WORKSPACE: '/work',
    RUNNER_TRACKING_ID: 'github_1',
  }
  const withheld = {
    ACTIONS_RUNTIME_TOKEN: 'secret',
    ACTIONS_RESULTS_URL: 'https://results.example',
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'secret',
    'INPUT_GITHUB-TOKEN': 'secret',
    GITHUB_TOKEN: 'secret',
    GITHUB_ENV: '/files/env',
    GITHUB_PATH: '/files/path',
    GITHUB_OUTPUT: '/files/output',
    GITHUB_STATE: '/files/state',
    GITHUB_STEP_SUMMARY: '/files/summary',
    STATE_isPost: 'true',
  }
  expect(engineEnvironment({ ...kept, ...withheld })).toEqual(kept)
})
