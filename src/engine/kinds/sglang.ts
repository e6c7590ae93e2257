import { type EngineKind, versionFrom } from './kind.ts'

export const sglang: EngineKind = {
  name: 'sglang',
  version: (endpoint, signal) => versionFrom(endpoint, signal, '/get_server_info', (document) => document.version),
}
