/** What a certificate check says when the chain ends at nobody who is trusted (OpenSSL verify codes, as Node names them). */
const UNKNOWN_AUTHORITY = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
])

/** One line without a stack, the code included; several addresses tried give the last reason. */
export function describeSocketError(error: Error): string {
  const inner = error instanceof AggregateError ? (error.errors.at(-1) as Error | undefined) : undefined
  const code = (error as NodeJS.ErrnoException).code ?? (inner as NodeJS.ErrnoException | undefined)?.code
  const message = inner?.message ?? error.message
  const parts = code && !message.includes(code) ? [code, message] : [message]
  const text = parts.filter((part) => part !== '').join(': ') || 'unknown socket error'
  return code && UNKNOWN_AUTHORITY.has(code)
    ? `${text}; give the certificate of a private certificate authority with --ca`
    : text
}
