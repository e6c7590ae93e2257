import { type EngineKind, versionFrom } from './kind.ts'

export const simulated: EngineKind = {
  name: 'simulated',
  version: (endpoint) => versionFrom(endpoint, '/version', (document) => document.version),
}
