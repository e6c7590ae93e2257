import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { findTool } from '../services/workflow-tools.ts'

const WORKFLOWS = ['.github/workflows/crosschip.yml', 'examples/pull-request.yml']
const [zizmor, actionlint] = await Promise.all([findTool('zizmor'), findTool('actionlint')])

describe('the workflows that we ship', () => {
  it.skipIf(zizmor === null)('have nothing that zizmor finds, pedantic', () => {
    // The example names a release by its tag, as a reader would; everything else is pinned.
    const files = ['.github/workflows/crosschip.yml', 'action.yml']
    const end = spawnSync(zizmor!, ['--offline', '--no-progress', '--persona', 'pedantic', ...files], {
      encoding: 'utf8',
      timeout: 30_000,
    })
    expect(end.status, end.stdout + end.stderr).toBe(0)
  })

  it.skipIf(actionlint === null)('have nothing that actionlint finds', () => {
    const end = spawnSync(actionlint!, ['-no-color', ...WORKFLOWS], { encoding: 'utf8', timeout: 30_000 })
    expect(end.status, end.stdout + end.stderr).toBe(0)
  })
})
