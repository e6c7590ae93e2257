/** A refusal that the client can read: OpenAI's error object, with vLLM's type names. */
export class ApiError extends Error {
  readonly status: number
  readonly type: string
  readonly parameter: string | null

  constructor(status: number, message: string, parameter: string | null = null) {
    super(message)
    this.name = 'ApiError'
    this.status = status
    this.type = TYPES[status] ?? 'InternalServerError'
    this.parameter = parameter
  }

  get body(): Record<string, unknown> {
    return { error: { message: this.message, type: this.type, param: this.parameter, code: this.status } }
  }
}

const TYPES: Record<number, string> = {
  400: 'BadRequestError',
  404: 'NotFoundError',
  413: 'BadRequestError',
  503: 'ServiceUnavailableError',
}

export function badRequest(message: string, parameter: string | null = null): ApiError {
  return new ApiError(400, message, parameter)
}
