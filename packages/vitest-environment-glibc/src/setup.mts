import { afterAll, aroundEach, inject, type RunnerTask } from 'vitest'
import { announceColumn } from './column.mjs'
import { nativeCore } from './native-core.mjs'
import { type MatrixPlace, poolName, reference, sessionVariable, suiteOf } from './place.mjs'
import { compareSnapshots, forgetUnusedSnapshots } from './snapshots.mjs'
import { workerState } from './worker-state.mjs'

const place = inject('glibcMatrix') as MatrixPlace | undefined
if (place !== undefined) enter(place)

/** Hooks this worker into its column, for the test file that loads next. */
function enter(place: MatrixPlace): void {
  delete process.env[sessionVariable]
  const { session, column, root, nodeFiles } = place
  const { filepath, ctx } = workerState()
  const file = suiteOf(filepath, root)
  const runtime = ctx.pool === poolName || nodeFiles.includes(file) ? 'node' : 'host'
  // Without isolation, and in vm pools, files of a worker share what was loaded natively.
  const attachment = nativeCore.hook().attach({ session, column, file, runtime, sharesModules: true })
  announceColumn(attachment.session, column)

  // The hooks around a test are inside of this one, so what they start belongs to the test too.
  aroundEach((run, { task }) => attachment.runInTest(fullNameOf(task), task.result?.retryCount ?? 0, run))
  if (column === reference) return
  compareSnapshots()
  afterAll(forgetUnusedSnapshots)
}

/** The names of a test's suites and its own, as the reporter joins them too. */
function fullNameOf(task: RunnerTask): string {
  const { suite } = task
  return suite === undefined || suite === task.file ? task.name : `${fullNameOf(suite)} > ${task.name}`
}
