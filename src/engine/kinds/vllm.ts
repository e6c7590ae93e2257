import { type EngineKind, versionFrom } from './kind.ts'

export const vllm: EngineKind = {
  name: 'vllm',
  version: (endpoint, signal) => versionFrom(endpoint, signal, '/version', (document) => document.version),
}
