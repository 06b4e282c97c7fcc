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
export function compareSnapshotsOnly(global: object): void {
  const state = snapshotState(global)
  if (state === undefined || !('_updateSnapshot' in state)) throw unknownState()
  state._updateSnapshot = 'none'
}

/** A column that runs less than the reference leaves snapshots unused; whether they are obsolete is the reference's to say. */
export function forgetUnusedSnapshots(global: object): void {
  const state = snapshotState(global)
  for (const key of state?.getUncheckedKeys() ?? []) {
    // A key is the test's full name and a number.
    state?.markSnapshotsAsCheckedForTest(key.replace(/ \d+$/, ''))
  }
}

/** Whether the column is the reference, the host's, which writes snapshots. */
export function isReference(session: Session, column: string): boolean {
  return column === session.columns[0]?.name
}

interface SnapshotState {
  _updateSnapshot?: 'all' | 'new' | 'none'
  getUncheckedKeys(): readonly string[]
  markSnapshotsAsCheckedForTest(name: string): void
}

function snapshotState(global: object): SnapshotState | undefined {
  type Holder = { readonly [matchers]?: { readonly state?: { readonly snapshotState?: SnapshotState } } }
  return (global as Holder)[matchers]?.state?.snapshotState
}

function unknownState(): Error {
  const { GlibcMatrixError } = coreIndex()
  return new GlibcMatrixError(
    'PLATFORM_UNSUPPORTED',
    "this Jest keeps its snapshot state in another way, so columns can't share a snapshot file",
    'Use Jest 29 or 30, or report the version of Jest to glibc-matrix.',
  )
}
