import { GlibcMatrixError } from '../errors.js'
import type { Cell, Grid } from './grid.js'

/** What a test says of a change from one column to another; `undecided` where one of both proved nothing. */
export type ComparedOutcome = 'both' | 'only-to' | 'breaks' | 'neither' | 'undecided' | 'none'

/** A test in two columns. */
export interface ComparedTest {
  readonly suite: string
  readonly test: string
  readonly outcome: ComparedOutcome
  /** Why it doesn't pass. */
  readonly from: string | null
  readonly to: string | null
}

/**
 * Compares two columns of a grid, test by test.
 *
 * @throws GlibcMatrixError COLUMN_UNKNOWN.
 */
export function compareColumns(grid: Grid, from: string, to: string): ComparedTest[] {
  for (const name of [from, to]) {
    if (grid.columns.some((column) => column.name === name)) continue
    const names = grid.columns.map((column) => column.name).join(', ')
    throw new GlibcMatrixError('COLUMN_UNKNOWN', `the grid has no column '${name}'`, `It has ${names}.`, {
      column: name,
    })
  }
  return grid.rows.map(({ suite, test, cells }) => {
    const [before, after] = [cells[from], cells[to]]
    return { suite, test, outcome: outcomeOf(before, after), from: reasonOf(before), to: reasonOf(after) }
  })
}

function outcomeOf(before: Cell | undefined, after: Cell | undefined): ComparedOutcome {
  const states = [before?.state ?? 'skip', after?.state ?? 'skip'] as const
  if (states.every((state) => state === 'none')) return 'none'
  const [ran, runs] = states.map((state) => (state === 'pass' ? true : isBad(state) ? false : null))
  if (typeof ran !== 'boolean' || typeof runs !== 'boolean') return 'undecided'
  if (ran) return runs ? 'both' : 'breaks'
  return runs ? 'only-to' : 'neither'
}

function isBad(state: Cell['state']): boolean {
  return state === 'fail' || state === 'incompatible'
}

function reasonOf(cell: Cell | undefined): string | null {
  return cell?.state === 'pass' ? null : (cell?.reason ?? cell?.state ?? 'not run')
}
