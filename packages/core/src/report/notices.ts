import type { Grid } from './grid.js'
import { columnsNotHad } from './not-had.js'

/** What must be seen before the grid: gaps of a merge, addons that can't load, columns that could not be had. */
export function noticesOf({ columns, rows, addons = [], gaps = [] }: Grid): string[] {
  return [
    ...gaps.map(({ message }) => message),
    ...addons.flatMap(({ package: name, path, refusals }) =>
      refusals.map(({ column, reason }) => `The addon ${name || path} can't load in ${column}: ${reason}`),
    ),
    ...columnsNotHad({ columns, rows }),
  ]
}
