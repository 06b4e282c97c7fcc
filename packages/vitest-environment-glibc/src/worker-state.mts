import type { SnapshotUpdateState } from 'vitest'

/** The part of a Vitest worker's own state that its public interface leaves out. The same in 4.1 and 5. */
export interface WorkerState {
  /** Absolute path of the test file that runs. */
  readonly filepath: string
  readonly config: { readonly snapshotOptions: { updateSnapshot: SnapshotUpdateState } }
  /** The pool that this worker is of. */
  readonly ctx: { readonly pool: string }
  readonly providedContext: Readonly<Record<string, unknown>>
}

/** The state of this very worker. */
export function workerState(): WorkerState {
  return (globalThis as unknown as { __vitest_worker__: WorkerState }).__vitest_worker__
}
