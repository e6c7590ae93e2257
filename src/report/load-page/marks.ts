import { type Html, html } from '../escape.ts'
import { round } from './scale.ts'

/** Thousands of dots as one path: a page with an element for each would be slow to open. */
export function dots(name: string, places: readonly (readonly [x: number, y: number])[]): Html {
  if (places.length === 0) return html``
  const path = places.map(([x, y]) => `M${x} ${y}h0`).join('')
  return drawn(name, path)
}

export function crosses(name: string, places: readonly (readonly [x: number, y: number])[]): Html {
  if (places.length === 0) return html``
  const path = places.map(([x, y]) => `M${x} ${y}m-3.5-3.5l7 7m0-7l-7 7`).join('')
  return drawn(name, path)
}

/** A line through the places; null parts it. */
export function line(name: string, places: readonly (readonly [x: number, y: number] | null)[]): Html {
  let path = ''
  let pen = 'M'
  for (const place of places) {
    if (place !== null) path += `${pen}${place[0]} ${place[1]}`
    pen = place === null ? 'M' : 'L'
  }
  return path.includes('L') ? drawn(name, path) : html``
}

/** A path of our own numbers, which the templates would cut as they cut any long text. */
function drawn(name: string, path: string): Html {
  return { html: `<path class="${name}" d="${path}"/>` }
}

/**
 * One point, which says what it is when it is pointed at: a disc in the first colour, a square in the second, hollow where
 * it is not valid.
 */
export function point(
  name: 'first' | 'second',
  [x, y]: readonly [x: number, y: number],
  valid: boolean,
  tip: string,
): Html {
  const look = `${name} ${valid ? 'solid' : 'hollow'}`
  return name === 'first'
    ? html`<circle class="${look}" cx="${x}" cy="${y}" r="5"><title>${tip}</title></circle>`
    : html`<rect class="${look}" x="${round(x - 4.5)}" y="${round(y - 4.5)}" width="9" height="9" rx="1.5"><title>${tip}</title></rect>`
}
