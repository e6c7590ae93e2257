import { mix32, seededRandom } from '../../../record/seeded-random.ts'

/** 256 words that common tokenizers keep as one token after a space, so that a word is nearly always a token. */
export const PROMPT_WORDS: readonly string[] = (
  'time year people way day man thing woman life child world school state family student group country problem hand ' +
  'part place case week company system program question work government number night point home water room mother ' +
  'area money story fact month lot right study book eye job word business issue side kind head house service friend ' +
  'father power hour game line end member law car city community name president team minute idea kid body information ' +
  'back parent face others level office door health person art war history party result change morning reason research ' +
  'girl guy moment air teacher force education foot boy age policy music market sense nation plan college interest ' +
  'death experience effect use class control field development role effort rate heart drug show leader light voice ' +
  'wife police mind price report decision son view relationship town road arm difference value building action season ' +
  'society tax director position player record paper space ground form event official matter center couple site project ' +
  'activity star table need court oil situation cost industry figure street image phone data picture practice piece land ' +
  'product doctor wall patient worker news test movie north love support technology step baby computer type attention film ' +
  'tree source organization hair look window culture chance brother energy period course summer plant opportunity term letter ' +
  'condition choice rule daughter south husband floor campaign material population call economy hospital church risk fire ' +
  'future bank east west sport board subject officer garden river mountain bridge forest island valley winter spring kitchen ' +
  'dinner coffee apple bread animal horse bird'
).split(' ')

/** One token after a space in every tokenizer met; makes up the last few tokens of a prompt. */
export const FILLER_WORD = 'a'

const SALT_BYTES = 4
/** So many words at the beginning tell a prompt from all others. */
export const SALT_WORDS = SALT_BYTES + 1

/**
 * The words of one prompt: salt, then words picked by the seed. The first word differs between any 256 prompts in a row
 * and the first five between all prompts of a seed, so no prefix cache can serve more than the chat template and
 * a few tokens.
 */
export function promptWords(seed: number, index: number, count: number): string[] {
  const salt = mix32((seed + index) >>> 0)
  const first = (index * 97 + (seed & 0xff)) & 0xff
  const words = [PROMPT_WORDS[first]!]
  for (let byte = 0; byte < SALT_BYTES; byte++) words.push(PROMPT_WORDS[(salt >>> (8 * byte)) & 0xff]!)
  const random = seededRandom(salt)
  while (words.length < count) words.push(PROMPT_WORDS[random.integer(0, PROMPT_WORDS.length - 1)]!)
  return words.slice(0, Math.max(count, SALT_WORDS))
}
