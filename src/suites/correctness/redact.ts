import type { Endpoint } from '../../engine/endpoint.ts'

/** Removes what must never be shown from a text that a server wrote. */
export type Redaction = (text: string) => string

/** Shorter header values are words such as `1` or `json`; hiding them would only garble the text. */
const MIN_SECRET_CHARACTERS = 8

/** Some servers repeat the key they refused: the values of the endpoint's headers are blanked out of everything kept. */
export function redactionOf(endpoint: Endpoint): Redaction {
  const values = Object.values(endpoint.headers).flatMap((value) => [value, value.replace(/^\S+\s+/, '')])
  const secrets = [...new Set(values)].filter((value) => value.length >= MIN_SECRET_CHARACTERS)
  secrets.sort((left, right) => right.length - left.length)
  return (text) => secrets.reduce((clean, secret) => hideCut(clean.replaceAll(secret, '[hidden]'), secret), text)
}

/** A text that was cut inside the secret still ends with a part of it. */
function hideCut(text: string, secret: string): string {
  if (!text.endsWith('…')) return text
  const whole = text.slice(0, -1)
  for (let length = secret.length - 1; length >= MIN_SECRET_CHARACTERS / 2; length--)
    if (whole.endsWith(secret.slice(0, length))) return `${whole.slice(0, -length)}[hidden]…`
  return text
}
