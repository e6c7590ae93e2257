import { type EngineKind, versionFrom } from './kind.ts'

export const simulated: EngineKind = {
  name: 'simulated',
  version: (endpoint, signal) => versionFrom(endpoint, signal, '/version', (document) => document.version),
}
