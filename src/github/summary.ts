import { appendFile, stat } from 'node:fs/promises'

/**
 * The job summary of this step. The runner uploads at most 1 MiB a step and drops the whole summary above it
 * (actions/runner, `FileCommandManager.cs`), so something shorter is said rather than nothing shown.
 */
export const MAX_SUMMARY_BYTES = 1024 * 1024

export interface JobSummary {
  /** Adds Markdown; `shorter` is written where `text` does not fit. False when neither did. */
  add(text: string, shorter?: string): Promise<boolean>
}

/** Appends to the file that the runner named; elsewhere (null) a summary goes nowhere. */
export function jobSummary(file: string | null): JobSummary {
  return {
    async add(text, shorter) {
      if (file === null) return false
      const used = await stat(file).then(
        (found) => found.size,
        () => 0,
      )
      for (const candidate of shorter === undefined ? [text] : [text, shorter]) {
        const block = `${candidate.trimEnd()}\n\n`
        if (used + Buffer.byteLength(block) > MAX_SUMMARY_BYTES) continue
        await appendFile(file, block)
        return true
      }
      return false
    },
  }
}
