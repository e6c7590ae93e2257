import { type EngineKind, versionFrom } from './kind.ts'

/** vLLM's server with the Ascend plugin: `/version` names the vLLM core, not the plugin. */
export const vllmAscend: EngineKind = {
  name: 'vllm-ascend',
  version: (endpoint, signal) => versionFrom(endpoint, signal, '/version', (document) => document.version),
}
