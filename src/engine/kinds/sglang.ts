import { type EngineKind, versionFrom } from './kind.ts'

export const sglang: EngineKind = {
  name: 'sglang',
  version: (endpoint) => versionFrom(endpoint, '/get_server_info', (document) => document.version),
}
