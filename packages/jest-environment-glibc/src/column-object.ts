import type { Session } from '@glibc-matrix/core'
import { coreIndex } from './core-index.js'

/** The running column as tests may see it, on `globalThis[Symbol.for('glibc-matrix.column')]`. */
export interface ColumnObject {
  readonly name: string
  readonly spec: string
  readonly glibc: string | null
  /** Whether `describeGlibc(selectors)` means this column. */
  selects(selectors: readonly string[]): boolean
}

const key = Symbol.for('glibc-matrix.column')

export function showColumn(global: object, session: Session, name: string): void {
  const column = session.columns.find((one) => one.name === name)
  if (column === undefined) return
  const { spec, glibc } = column
  const object: ColumnObject = { name, spec, glibc, selects: (selectors) => selects(session, column, selectors) }
  Object.defineProperty(global, key, { value: Object.freeze(object), configurable: true })
}

/**
 * `selectColumns` always answers `host`, as the reference; a block that is about versions is asked of the host by its
 * glibc, under a name that no selector has.
 */
function selects(session: Session, column: { name: string }, selectors: readonly string[]): boolean {
  if (selectors.includes(column.name)) return true
  const rest = selectors.filter((selector) => selector !== 'host')
  if (rest.length === 0) return false
  const alias = '\0host'
  const columns = session.columns.map(({ name, glibc }) => ({ name: name === 'host' ? alias : name, glibc }))
  const wanted = coreIndex().selectColumns(columns, rest, 'describeGlibc', session.narrowed)
  return wanted.includes(column.name === 'host' ? alias : column.name)
}
