import type { Grid } from './grid.js'

/** What must be seen before the grid: gaps of a merge, addons that can't load, columns that could not be had. */
export function noticesOf({ columns, addons = [], gaps = [] }: Grid): string[] {
  return [
    ...gaps.map(({ message }) => message),
    ...addons.flatMap(({ package: name, path, refusals }) =>
      refusals.map(({ column, reason }) => `The addon ${name || path} can't load in ${column}: ${reason}`),
    ),
    ...columns.flatMap(({ name, spec, glibc }) => (glibc === null ? [`${name} (${spec}) could not be had`] : [])),
  ]
}
