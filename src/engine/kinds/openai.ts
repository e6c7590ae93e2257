import type { EngineKind } from './kind.ts'

/** Any OpenAI-compatible URL: the interface has no version. */
export const openai: EngineKind = { name: 'openai', version: async () => null }
