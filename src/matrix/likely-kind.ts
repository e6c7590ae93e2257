import { ENGINE_KINDS, type EngineKindName } from './engine-kinds.ts'
import { isMap, mapEntries, part } from './loose.ts'
import { nearest } from './nearest.ts'

const KINDS = Object.keys(ENGINE_KINDS) as EngineKindName[]

/** The kind of an engine, or the one that it was likely meant to have; null where nothing tells. */
export function likelyKind(engine: unknown): EngineKindName | null {
  if (!isMap(engine)) return null
  const kind = part(engine, 'kind')
  const given = typeof kind === 'string' ? nearest(kind, KINDS) : null
  if (given !== null) return given as EngineKindName
  const has = (...keys: string[]) => keys.some((key) => Object.hasOwn(engine, key))
  if (has('serve', 'env')) return 'vllm'
  if (has('url', 'api-key-variable')) return 'openai'
  return has('timing', 'faults', 'model-seed') ? 'simulated' : null
}

/**
 * The document with every unknown engine kind replaced by the likely one, so that the rest of the engine is checked
 * too: what an engine may hold depends on its kind. The document itself where no kind is unknown.
 */
export function withLikelyKinds(document: unknown): unknown {
  const mended = mapEntries(part(document, 'engines')).flatMap(([name, engine]) => {
    const kind = likelyKind(engine)
    return kind === null || part(engine, 'kind') === kind ? [] : [[name, { ...(engine as object), kind }] as const]
  })
  if (mended.length === 0) return document
  return {
    ...(document as object),
    engines: { ...(part(document, 'engines') as object), ...Object.fromEntries(mended) },
  }
}
