import type { Fault } from './fault.ts'

export const crossRequestLeak: Fault = {
  name: 'cross-request-leak',
  meaning: 'under concurrency an answer may hold the secret of another request',
  answer(answer, others) {
    if (answer.kind !== 'secret') return answer
    const foreign = others.flatMap((other) => (other.kind === 'secret' ? other.secrets : []))
    const leaked = foreign.filter((secret) => !answer.secrets.includes(secret)).slice(-1)
    return { ...answer, secrets: [...answer.secrets, ...leaked] }
  },
}
