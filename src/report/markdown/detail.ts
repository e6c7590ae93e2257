/** How much of the report is written out. Each step of {@link LADDER} drops the least important that is left. */
export interface Detail {
  /** Rows that say nothing happened: equivalent, skipped. */
  quiet: boolean
  /** Inconclusive rows: with numbers, by name, or as a number. */
  inconclusive: 'rows' | 'names' | 'count'
  /** Rows that are news but no alarm: improved, new, not-comparable; flipped items; the table of parity. */
  news: boolean
  /** At most so many regressed, broken and missing rows in each table. */
  alarms: number
  remarks: number
  /** How cells were measured: all, those of which a load point is not valid, or none. */
  clients: 'all' | 'faulty' | 'none'
  /** The tables at all; without them verdict, census and links remain. */
  tables: boolean
}

const FULL: Detail = {
  quiet: true,
  inconclusive: 'rows',
  news: true,
  alarms: Number.POSITIVE_INFINITY,
  remarks: 20,
  clients: 'all',
  tables: true,
}

const CALM: Detail = { ...FULL, quiet: false, clients: 'none' }

/** From everything to verdict, census and links. Regressions, broken and missing go last. */
export const LADDER: readonly Detail[] = [
  FULL,
  { ...FULL, clients: 'faulty' },
  { ...FULL, quiet: false, clients: 'faulty' },
  CALM,
  { ...CALM, inconclusive: 'names' },
  { ...CALM, inconclusive: 'count', news: false },
  { ...CALM, inconclusive: 'count', news: false, alarms: 50, remarks: 5 },
  { ...CALM, inconclusive: 'count', news: false, alarms: 20, remarks: 3 },
  { ...CALM, inconclusive: 'count', news: false, alarms: 0, remarks: 0, tables: false },
]
