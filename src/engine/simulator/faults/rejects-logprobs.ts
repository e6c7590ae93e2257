import type { Fault } from './fault.ts'

const BODY = JSON.stringify({
  error: { message: 'log probabilities are not supported', type: 'BadRequestError', param: 'logprobs', code: 400 },
})

function asks(value: unknown): boolean {
  return value !== undefined && value !== null && value !== false
}

export const rejectsLogprobs: Fault = {
  name: 'rejects-logprobs',
  meaning: 'a request for log probabilities is refused with 400',
  refuse: (_ordinal, body) =>
    asks(body.logprobs) || asks(body.prompt_logprobs)
      ? { kind: 'reply', status: 400, contentType: 'application/json', body: BODY }
      : null,
}
