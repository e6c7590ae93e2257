import { type EngineKind, versionFrom } from './kind.ts'

export const trtllm: EngineKind = {
  name: 'trtllm',
  version: (endpoint) => versionFrom(endpoint, '/version', (document) => document.version),
}
