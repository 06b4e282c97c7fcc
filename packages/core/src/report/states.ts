import type { CellState } from './grid.js'

/** How each state is shown, in the order of a legend. */
export const signs: Readonly<Record<CellState, string>> = {
  pass: '✓',
  fail: '✗',
  incompatible: '✗',
  unproven: '?',
  none: '·',
  skip: '-',
  missing: '!',
}
