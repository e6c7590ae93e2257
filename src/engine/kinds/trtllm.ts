import { type EngineKind, versionFrom } from './kind.ts'

export const trtllm: EngineKind = {
  name: 'trtllm',
  version: (endpoint, signal) => versionFrom(endpoint, signal, '/version', (document) => document.version),
}
