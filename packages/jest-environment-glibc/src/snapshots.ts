import type { Session } from '@glibc-matrix/core'
import { coreIndex } from './core-index.js'

/** expect keeps its state on the global of the test's realm. */
const matchers = Symbol.for('$$jest-matchers-object')

/**
 * Columns share a snapshot file: the reference column writes it, the others compare, also with `-u`. `updateSnapshot` is
 * the same for a whole run of Jest, so the private field of the file's SnapshotState is set (the same in 29 and 30).
 *
 * @throws GlibcMatrixError PLATFORM_UNSUPPORTED for a Jest whose SnapshotState has no such field: every column would write.
 */
export function compareSnapshotsOnly(global: object, session: Session, column: string): void {
  if (column === session.columns[0]?.name) return
  const state = (global as Record<symbol, Matchers | undefined>)[matchers]?.state?.snapshotState
  if (state === undefined || !('_updateSnapshot' in state)) throw unknownState()
  state._updateSnapshot = 'none'
}

interface Matchers {
  readonly state?: { readonly snapshotState?: { _updateSnapshot?: 'all' | 'new' | 'none' } }
}

function unknownState(): Error {
  const { GlibcMatrixError } = coreIndex()
  return new GlibcMatrixError(
    'PLATFORM_UNSUPPORTED',
    "this Jest keeps its snapshot state in another way, so columns can't share a snapshot file",
    'Use Jest 29 or 30, or report the version of Jest to glibc-matrix.',
  )
}
