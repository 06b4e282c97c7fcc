import type { CellState, Grid } from './grid.js'

/** The lowest glibc that a test passed on, as its run saw it. */
export interface TestFloor {
  readonly suite: string
  readonly test: string
  /** glibc's version; null when it passed in no column. */
  readonly floor: string | null
  /** Columns above the floor that it fails in. */
  readonly broken: readonly string[]
  /** Columns that proved nothing. */
  readonly unknown: readonly string[]
}

/** Of each test that started a native program, by `compare`'s order of versions. */
export function floorsOfGrid(grid: Grid, compare: (a: string, b: string) => number): TestFloor[] {
  const columns = grid.columns
    .flatMap(({ name, glibc }) => (glibc === null ? [] : [{ name, glibc }]))
    .sort((a, b) => compare(a.glibc, b.glibc))
  return grid.rows.flatMap(({ suite, test, cells }) => {
    const found = columns.map((column) => ({ ...column, state: cells[column.name]?.state ?? 'skip' }))
    if (found.every(({ state }) => state === 'none' || state === 'skip')) return []
    const lowest = found.findIndex(({ state }) => state === 'pass')
    const named = (wanted: readonly CellState[], from: number) =>
      found.flatMap(({ name, state }, index) => (index > from && wanted.includes(state) ? [name] : []))
    return {
      suite,
      test,
      floor: found[lowest]?.glibc ?? null,
      broken: lowest === -1 ? [] : named(['fail', 'incompatible'], lowest),
      unknown: named(['unproven'], -1),
    }
  })
}
