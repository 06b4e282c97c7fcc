import type { Grid, GridColumn } from '../../packages/core/src/report/grid.js'

/** `suite > test` → its cells in the order of the columns: `pass incompatible pass`. */
export function cellsOf({ rows, columns }: Grid): Record<string, string> {
  return Object.fromEntries(
    rows.map(({ suite, test, cells }) => [
      `${suite} > ${test}`,
      columns.map(({ name }) => cells[name]?.state ?? 'missing').join(' '),
    ]),
  )
}

/** Column → the files of libc that its passed cells' processes mapped. Each tick must have such a record. */
export function libcsOf({ rows, columns }: Grid): Record<string, string[]> {
  return Object.fromEntries(columns.map(({ name }) => [name, [...new Set(passed(rows, name))]]))
}

function passed(rows: Grid['rows'], column: string): string[] {
  return rows.flatMap(({ cells }) => {
    const cell = cells[column]
    if (cell?.state !== 'pass') return []
    const proven = cell.records.filter(({ proof }) => proof === 'mapped').flatMap(({ libc }) => libc)
    return proven.length === 0 ? ['a tick without proof'] : proven
  })
}

/** Whether a column's glibc is at least 2.MINOR. */
export function isAtLeast(column: GridColumn | undefined, minor: number): boolean {
  const found = /^2\.(\d+)/.exec(column?.glibc ?? '')
  if (!found) throw new Error(`the column ${column?.name} has no version of glibc: ${column?.glibc}`)
  return Number(found[1]) >= minor
}
