import type { Clock, Progress } from '../ports.ts'
import type { ArtifactStore } from './artifacts.ts'
import type { WorkflowRun } from './context.ts'
import type { JobSummary } from './summary.ts'

/** What the three commands of the action touch besides files; a test hands in its own. */
export interface ActionSurroundings {
  run: WorkflowRun
  environment: Readonly<Record<string, string | undefined>>
  /** Made when it is first needed: it loads the largest library. */
  artifacts: () => Promise<ArtifactStore>
  summary: JobSummary
  setOutput(name: string, value: string): void
  /** Shown on the page of the run. */
  annotate(level: 'warning' | 'error', message: string): void
  progress: Progress
  clock: Clock
  /** Aborts on SIGINT and SIGTERM with the signal's name as reason. */
  signal: AbortSignal
}
