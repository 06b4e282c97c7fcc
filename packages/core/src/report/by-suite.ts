import type { GridRow } from './grid.js'

/** The rows of each test file, in their order. */
export function bySuite(rows: readonly GridRow[]): ReadonlyMap<string, readonly GridRow[]> {
  const files = new Map<string, GridRow[]>()
  for (const row of rows) {
    const known = files.get(row.suite)
    if (known === undefined) files.set(row.suite, [row])
    else known.push(row)
  }
  return files
}
