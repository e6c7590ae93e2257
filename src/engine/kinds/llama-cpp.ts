import { type EngineKind, versionFrom } from './kind.ts'

export const llamaCpp: EngineKind = {
  name: 'llama.cpp',
  version: (endpoint) => versionFrom(endpoint, '/props', (document) => document.build_info),
}
