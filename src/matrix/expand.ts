import { MAX_COMBINATIONS, type Matrix } from './schema.ts'
import { type Combination, matches, type Selection } from './select.ts'

/** A cell by name. `engineOverride` is set where `include` names an engine of its own. */
export interface ExpandedCell extends Combination {
  engineOverride: string | null
}

export type Expansion =
  | {
      state: 'expanded'
      cells: ExpandedCell[]
      excluded: number
    }
  | { state: 'too-many'; combinations: number }

/**
 * The product of the axes, without what `exclude` matches, then `include`. The order is that of the file: models
 * outermost, then targets, then variants.
 */
export function expand({ axes, exclude, include }: Matrix['matrix']): Expansion {
  // A name written twice on an axis is a problem of its own, not one of every cell that it makes.
  const models = new Set(axes.model)
  const targets = new Set(axes.target)
  const variants = new Set(axes.variant ?? [null])
  const combinations = models.size * targets.size * variants.size
  if (combinations > MAX_COMBINATIONS) return { state: 'too-many', combinations }
  const selections = exclude.map(compile)
  const cells: ExpandedCell[] = []
  for (const model of models)
    for (const target of targets)
      for (const variant of variants) {
        const cell = { model, target, variant, engineOverride: null }
        if (!selections.some((selection) => selection(cell))) cells.push(cell)
      }
  const excluded = combinations - cells.length
  for (const entry of include)
    cells.push({ ...entry, variant: entry.variant ?? null, engineOverride: entry.engine ?? null })
  return { state: 'expanded', cells, excluded }
}

/** Long lists become sets once, not per combination. */
function compile(selection: Selection): (cell: Combination) => boolean {
  const sets = (['model', 'target', 'variant'] as const).flatMap((field) => {
    const pattern = selection[field]
    return Array.isArray(pattern) ? [[field, new Set<string | null>(pattern)] as const] : []
  })
  if (sets.length === 0) return (cell) => matches(selection, cell)
  const singles: Selection = { ...selection }
  for (const [field] of sets) delete singles[field]
  return (cell) => sets.every(([field, set]) => set.has(cell[field])) && matches(singles, cell)
}

/** `model.target.engine` and, where there is one, `.variant`. */
export function cellId(cell: Combination, engine: string): string {
  return [cell.model, cell.target, engine, ...(cell.variant === null ? [] : [cell.variant])].join('.')
}
