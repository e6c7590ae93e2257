import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'

/** The folder with the bundle under test: `dist/`, or another build that `CROSSCHIP_DIST` names. */
export const DIST = resolve(process.env.CROSSCHIP_DIST ?? 'dist')

/** Path of a bundle's entry. Throws when nothing was built: a test of the bundle must not pass without one. */
export function bundleEntry(name: 'action' | 'cli'): string {
  const path = join(DIST, `${name}.js`)
  if (!existsSync(path)) throw new Error(`${path} is not there: npm run build`)
  return path
}
