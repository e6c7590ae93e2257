import type { Dialect, DialectName } from '../vocabulary.ts'
import { llamacpp } from './llamacpp.ts'
import { mindie } from './mindie.ts'
import { sglang } from './sglang.ts'
import { vllm } from './vllm.ts'

/** Those with a prefix of their own come before the one without. */
export const DIALECTS: readonly Dialect[] = [vllm, sglang, llamacpp, mindie]

export function dialectNamed(name: DialectName): Dialect {
  return DIALECTS.find((dialect) => dialect.name === name)!
}
