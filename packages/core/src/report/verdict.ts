import type { Cell, CellState, Grid } from './grid.js'

/** Which doubtful cells fail a run, as the config says; a failed or a missing one always does. */
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

/** Whether a cell in this state fails the run. */
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
