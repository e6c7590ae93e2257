import { type EngineKind, versionFrom } from './kind.ts'

export const vllm: EngineKind = {
  name: 'vllm',
  version: (endpoint) => versionFrom(endpoint, '/version', (document) => document.version),
}
