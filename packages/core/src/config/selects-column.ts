import { selectColumns } from './columns.js'
import type { SelectableColumn } from './selectors.js'

/**
 * Whether the selectors of a block (`describeGlibc`) mean the column `current` that runs its file. A file always runs on the
 * host unless `!host` says otherwise; a block does so when the host is meant, by its name or by the version of its own glibc.
 *
 * @throws GlibcMatrixError COLUMN_UNKNOWN for a selector that matches no column, as `selectColumns` does.
 */
export function selectsColumn(
  columns: readonly SelectableColumn[],
  current: SelectableColumn,
  selectors: readonly string[],
  narrowed: boolean,
): boolean {
  const where = `describeGlibc(${JSON.stringify(selectors)})`
  const selected = selectColumns(columns, selectors, where, narrowed)
  if (current.name !== 'host') return selected.includes(current.name)
  if (selectors.includes('!host')) return false
  const nameless = { name: '', glibc: current.glibc }
  return selectors.includes('host') || selectColumns([nameless], selectors, where, true).length > 0
}
