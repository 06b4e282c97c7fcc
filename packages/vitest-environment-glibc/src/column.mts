/** A column as a test file may know it. */
export interface KnownColumn {
  readonly name: string
  readonly spec: string
  /** null outside of Linux. */
  readonly glibc: string | null
}

/** What a test file is told about the matrix, under `globalThis[Symbol.for('glibc-matrix.column')]`. */
export interface CurrentColumn extends KnownColumn {
  readonly columns: readonly KnownColumn[]
  /** GLIBC_MATRIX_ONLY took columns away. */
  readonly narrowed: boolean
}

const key = Symbol.for('glibc-matrix.column')
type Holder = { [key]?: CurrentColumn }

type Announced = Pick<CurrentColumn, 'columns' | 'narrowed'>

/** Tells the test file of this worker in which column it runs. */
export function announceColumn({ columns, narrowed }: Announced, name: string): void {
  const known = columns.map(({ name, spec, glibc }) => ({ name, spec, glibc }))
  const current = known.find((column) => column.name === name) ?? { name, spec: name, glibc: null }
  ;(globalThis as Holder)[key] = { ...current, columns: known, narrowed }
}

/** The column of the test file that runs; null where there is no matrix. */
export function currentColumn(): CurrentColumn | null {
  return (globalThis as Holder)[key] ?? null
}
