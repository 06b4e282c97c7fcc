import type { Cell, CellState, Grid } from './grid.js'

export interface RedRules {
  readonly incompatible: 'fail' | 'allow'
  readonly unproven: 'warn' | 'fail'
}

/** Cells that make the run fail, though every test may have passed. */
export function redCells(grid: Grid, rules: RedRules): { suite: string; test: string; column: string; cell: Cell }[] {
  return grid.rows.flatMap(({ suite, test, cells }) =>
    grid.columns.flatMap(({ name }) => {
      const cell = cells[name]
      return cell && isRed(cell.state, rules) ? [{ suite, test, column: name, cell }] : []
    }),
  )
}

export function isRed(state: CellState, rules: RedRules): boolean {
  if (state === 'incompatible') return rules.incompatible === 'fail'
  if (state === 'unproven') return rules.unproven === 'fail'
  return state === 'fail' || state === 'missing'
}

const severity: readonly CellState[] = ['fail', 'incompatible', 'missing', 'unproven', 'pass', 'none', 'skip']

/** The worst of several cells, as a suite's row shows it. */
export function worstState(states: readonly CellState[]): CellState {
  return severity.find((state) => states.includes(state)) ?? 'skip'
}
