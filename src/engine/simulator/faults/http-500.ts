import type { Fault } from './fault.ts'

const BODY = JSON.stringify({
  error: { message: 'the engine core met an error', type: 'InternalServerError', param: null, code: 500 },
})

export const http500: Fault = {
  name: 'http-500',
  meaning: 'every request is answered with 500 and an error object',
  refuse: () => ({ kind: 'reply', status: 500, contentType: 'application/json', body: BODY }),
}
