import { timePerOutputToken } from './answer-times.ts'
import { MILLISECONDS, perAnswer, percentileMetrics } from './distribution.ts'

/**
 * Time per output token, one sample a request: (tLastToken − tFirstToken) / (tokens − tokensInFirstRead), both times
 * those of reads with tokens, `tokens` the server's `usage.completion_tokens`. Where the server does not tell the tokens
 * of each event the first read counts as one; with speculative decoding it may hold more, and TPOT is a little low.
 */
export const tpot = percentileMetrics(
  {
    ...MILLISECONDS,
    name: 'tpot',
    label: 'TPOT',
    samples: perAnswer(({ record, times }) => timePerOutputToken(record, times)),
  },
  [
    [50, 'judged'],
    [90, 'recorded'],
    [99, 'recorded'],
  ],
)
