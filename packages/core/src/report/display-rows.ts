import { bySuite } from './by-suite.js'
import type { CellState, Grid, GridRow } from './grid.js'
import { signs } from './states.js'
import { worstState } from './verdict.js'

/** A line of a grid for people: a test file, or one of its tests below it. */
export interface DisplayRow {
  readonly label: string
  readonly isSuite: boolean
  /** One for each column, in the grid's order. */
  readonly states: readonly CellState[]
}

/** A line for each test file with the worst of its tests, opened into those tests on which the columns disagree. */
export function displayRows({ columns, rows }: Grid): DisplayRow[] {
  const statesOf = (row: GridRow) => columns.map(({ name }) => row.cells[name]?.state ?? 'skip')
  return [...bySuite(rows)].flatMap(([suite, own]) => {
    const tests = own.map((row): DisplayRow => ({ label: row.test, isSuite: false, states: statesOf(row) }))
    const worst = columns.map((_, index) => worstState(tests.map(({ states }) => states[index] as CellState)))
    return [{ label: suite, isSuite: true, states: worst }, ...tests.filter(({ states }) => new Set(states).size > 1)]
  })
}

/** `2 pass, 1 fail`: how many cells of the whole grid are in which state, in the order of a legend. */
export function countsByState({ rows }: Grid): string {
  const counts = new Map<CellState, number>()
  for (const { cells } of rows) {
    for (const { state } of Object.values(cells)) counts.set(state, (counts.get(state) ?? 0) + 1)
  }
  const states = Object.keys(signs) as CellState[]
  return states.flatMap((state) => (counts.has(state) ? [`${counts.get(state)} ${state}`] : [])).join(', ')
}
