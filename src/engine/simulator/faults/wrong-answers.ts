import { misreckoned } from '../model/accuracy.ts'
import { hashText, mix, uniform } from '../model/hash.ts'
import type { Fault } from './fault.ts'

const SHARE = 0.12

export const wrongAnswers: Fault = {
  name: 'wrong-answers',
  meaning: 'another 12 % of the arithmetic items are answered wrong',
  answer(answer, _others, seed) {
    if (answer.kind !== 'arithmetic') return answer
    const item = hashText(answer.item.expression, mix(seed, 91))
    return uniform(item) < SHARE ? misreckoned(answer, item) : answer
  },
}
