import type { EngineKind } from './kind.ts'

/** MindIE documents no version route on its serving port. */
export const mindie: EngineKind = { name: 'mindie', version: async () => null }
