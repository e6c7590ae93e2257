import { type EngineKind, versionFrom } from './kind.ts'

export const llamaCpp: EngineKind = {
  name: 'llama.cpp',
  version: (endpoint, signal) => versionFrom(endpoint, signal, '/props', (document) => document.build_info),
}
