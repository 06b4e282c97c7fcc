import { expect } from 'vitest'
import { workerState } from './worker-state.mjs'

/** Outside of the reference column a snapshot is compared and never written, with `--update` neither. */
export function compareSnapshots(): void {
  workerState().config.snapshotOptions.updateSnapshot = 'none'
}

/**
 * Vitest fails a file that may not update and leaves snapshots unused. A column that runs less than the reference (a
 * skip, a `describeGlibc`) leaves some; whether they are obsolete is the reference's to say. Runs after the file's tests.
 */
export function forgetUnusedSnapshots(): void {
  const { snapshotState } = expect.getState()
  for (const key of snapshotState?.getUncheckedKeys() ?? []) {
    // A key is the test's full name and a number.
    snapshotState.markSnapshotsAsCheckedForTest(key.replace(/ \d+$/, ''))
  }
}
