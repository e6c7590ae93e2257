import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'vitest'
import type { NetworkSettings } from '../../../../src/engine/http/connection.ts'
import { proxyServer } from './proxy-server.ts'
import { type Script, type ScriptedServer, scriptedServer } from './scripted-server.ts'

const CERTIFICATES = join(import.meta.dirname, '../../../fixtures/tls')

/** The certificate of the authority that signed all the others, and that nobody trusts. */
export const AUTHORITY = readFileSync(join(CERTIFICATES, 'authority.pem'), 'utf8')

export function credentials(name: 'server' | 'elsewhere' | 'expired'): { key: string; cert: string } {
  const read = (suffix: string) => readFileSync(join(CERTIFICATES, name + suffix), 'utf8')
  return { key: read('.key.pem'), cert: read('.pem') }
}

export interface TieredServer {
  server: ScriptedServer
  network: NetworkSettings | null
}

/** One way from the client to a server that does what a script says. */
export interface Tier {
  /** As the transport names itself. */
  name: string
  serve(context: Pick<TestContext, 'onTestFinished'>, script: Script): Promise<TieredServer>
}

const trusting = { certificateAuthority: AUTHORITY }

/** Every way there is; what the client says of a server must not depend on it. */
export const TIERS: readonly Tier[] = [
  {
    name: 'plain socket',
    serve: async (context, script) => ({ server: await scriptedServer(context, script), network: null }),
  },
  {
    name: 'undici (TLS)',
    serve: async (context, script) => ({
      server: await scriptedServer(context, script, { credentials: credentials('server') }),
      network: { proxy: null, ...trusting },
    }),
  },
  {
    name: 'undici (proxy)',
    serve: async (context, script) => ({
      server: await scriptedServer(context, script),
      network: { proxy: (await proxyServer(context)).url, certificateAuthority: null },
    }),
  },
  {
    name: 'undici (TLS through proxy)',
    serve: async (context, script) => ({
      server: await scriptedServer(context, script, { credentials: credentials('server') }),
      network: { proxy: (await proxyServer(context)).url, ...trusting },
    }),
  },
]
