import manifest from '../package.json' with { type: 'json' }

/** The version of this tool, as it stands in every document it writes. */
export const TOOL_VERSION: string = manifest.version
