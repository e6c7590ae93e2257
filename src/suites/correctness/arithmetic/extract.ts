/**
 * The number that an answer states, or null. Tolerant of how it is written, strict about what counts as stating it:
 * after the last "Answer:" (or its Chinese form), or alone as the whole text, or after a last "=". A number that merely
 * occurs in the text is not an answer.
 */
export function extractAnswer(text: string): number | null {
  const plain = normalise(text)
  const marked = [...plain.matchAll(/(?:answer(?:\s+is)?|答案(?:是|为)?)\s*[:：=]?\s*([^\n]*)/gi)]
  for (const match of marked.reverse()) {
    const value = numberIn(match[1]!)
    if (value !== null) return value
  }
  const whole = plain.trim()
  if (/^=?\s*-?\d+(?:\.0+)?\.?$/.test(whole)) return numberIn(whole)
  const equation = /=\s*(-?\d+(?:\.0+)?)\.?\s*$/.exec(whole)
  return equation ? numberIn(equation[1]!) : null
}

/** Mark-up, typographic minus and digit grouping, the ways models dress a number. */
function normalise(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/\\boxed\s*\{([^{}]*)\}/g, '$1')
    .replace(/[*_`$]|\\[()[\]]/g, '')
    .replace(/[−–—‐]/g, '-')
    .replace(/(?<=\d)[,\u202f\u00a0 ](?=\d{3}(?!\d))/g, '')
}

/** The number that a line states: the one after its last `=`, otherwise the first. Only whole numbers. */
function numberIn(line: string): number | null {
  const side = line.slice(line.lastIndexOf('=') + 1)
  const match = /-?\s*\d+(?:\.\d+)?/.exec(side)
  if (!match) return null
  const value = Number(match[0].replace(/\s/g, ''))
  return Number.isSafeInteger(value) ? value : null
}
