/**
 * Special tokens of DeepSeek V4, by the names of its public tokenizer. BOS is id 0 and EOS is id 1 there as here; the
 * other ids are the toy's own.
 */
export const SPECIAL_TOKENS = [
  '<｜begin▁of▁sentence｜>',
  '<｜end▁of▁sentence｜>',
  '<｜▁pad▁｜>',
  '<｜User｜>',
  '<｜Assistant｜>',
  '<think>',
  '</think>',
  '｜DSML｜',
  '<｜latest_reminder｜>',
  '<｜action｜>',
  '<｜query｜>',
  '<｜authority｜>',
  '<｜domain｜>',
  '<｜title｜>',
  '<｜read_url｜>',
] as const

export const BOS = 0
export const EOS = 1
export const USER = 3
export const ASSISTANT = 4
export const THINK_START = 5
export const THINK_END = 6
export const DSML = 7

/** Left out of the visible text. The thinking and DSML marks stay: the output parser needs to see them. */
export function isHidden(id: number): boolean {
  return id < SPECIAL_TOKENS.length && id !== THINK_START && id !== THINK_END && id !== DSML
}

export function isSpecial(id: number): boolean {
  return id < SPECIAL_TOKENS.length
}
