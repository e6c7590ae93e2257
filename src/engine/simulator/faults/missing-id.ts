import type { Fault } from './fault.ts'

export const missingId: Fault = {
  name: 'missing-id',
  meaning: 'responses and chunks have no id and no object',
  object({ id: _id, object: _object, ...rest }) {
    return rest
  },
}
