/** What an emulated tool prints and how it ends. */
export interface ToolOutput {
  text: string
  exitCode: number
}
