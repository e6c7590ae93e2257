import type { Fault, Frame } from './fault.ts'

export const cutUtf8: Fault = {
  name: 'cut-utf8',
  meaning: 'a character of several bytes is cut in two by the end of an event',
  frame: (frame) => (frame.kind === 'tokens' ? (cut(frame) ?? [frame]) : [frame]),
}

/** The text that a chunk carries, as it stands in its JSON. */
const TEXT = /"(?:content|text|reasoning|reasoning_content)":"((?:[^"\\]|\\.)*)"/

/** The chunk twice, the first with the text up to the middle of its first long character, the second with the rest. */
function cut(frame: Frame): Frame[] | null {
  // One character a byte, so that positions in the text are positions in the bytes.
  const json = frame.data.toString('latin1')
  const match = TEXT.exec(json)
  if (!match) return null
  const start = match.index + match[0].length - 1 - match[1]!.length
  const end = start + match[1]!.length
  const long = match[1]!.search(/[\x80-\xff]/)
  if (long < 0) return null
  const middle = start + long + 1
  const first = json.slice(0, middle) + json.slice(end).replace(/"finish_reason":"[a-z_]+"/, '"finish_reason":null')
  const second = json.slice(0, start) + json.slice(middle)
  return [
    { ...frame, last: false, data: Buffer.from(first, 'latin1') },
    { ...frame, data: Buffer.from(second, 'latin1') },
  ]
}
