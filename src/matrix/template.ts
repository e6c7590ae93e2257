/** Placeholders in command lines: plain substitution into one argument, never a shell. */

/** Known when a plan is made. */
export const PLAN_PLACEHOLDERS = ['checkpoint', 'devices', 'nodes', 'served-model'] as const
/** Known only when a server is started; a plan keeps them. */
export const LAUNCH_PLACEHOLDERS = ['port', 'checkout'] as const
export const PLACEHOLDERS = [...PLAN_PLACEHOLDERS, ...LAUNCH_PLACEHOLDERS]

/** `{"json": {}}` and `x{2}` hold none: a placeholder is one word that begins with a letter. */
const PLACEHOLDER = /\{([A-Za-z][\w-]*)\}/g

export function unknownPlaceholders(text: string, known: readonly string[] = PLACEHOLDERS): string[] {
  return [...text.matchAll(PLACEHOLDER)].map((match) => match[1]!).filter((name) => !known.includes(name))
}

/** Fills in what `values` names and leaves the rest as it is. One pass: a filled-in value is not looked at again. */
export function fillTemplate(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(PLACEHOLDER, (whole, name: string) => (Object.hasOwn(values, name) ? values[name]! : whole))
}
