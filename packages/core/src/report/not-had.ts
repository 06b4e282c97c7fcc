import type { Grid } from './grid.js'

/** The columns that could not be had (`onMissing: 'skip'`) in words: a `-` in each cell says nothing of why. */
export function columnsNotHad({ columns, rows }: Pick<Grid, 'columns' | 'rows'>): string[] {
  return columns.flatMap(({ name, spec, glibc }) => {
    if (glibc !== null) return []
    const cells = rows.flatMap((row) => row.cells[name] ?? [])
    // Of a merge, which names the runs that it misses.
    if (cells.some(({ state }) => state === 'missing')) return []
    const { reason } = cells.find(({ state }) => state === 'skip') ?? {}
    return reason === undefined ? `${name} (${spec}) could not be had` : `column ${name} was skipped: ${reason}`
  })
}
