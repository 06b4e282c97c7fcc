import { realpathSync } from 'node:fs'
import type { TestPlace } from '../evidence/record.js'
import type { Runtime } from '../reroute/options.js'
import { patchAddons } from './addons.js'
import { patchAsyncSpawn } from './async-spawn.js'
import { createHookState, type HookState, hookState, setHookState, testKey } from './hook-state.js'
import { patchOwnFiles } from './own-files.js'
import { sealOf } from './seals.js'
import { hostOf, readSession, type Session } from './session.js'
import { patchSyncSpawn } from './sync-spawn.js'
import { patchThreads } from './threads.js'
import { takeWorker, type WorkerPlace } from './worker.js'

/** A test file's hold on the hook of its thread. */
export interface Attachment {
  readonly session: Session
  /** The test that runs now; null outside of one. For tests that don't run at the same time as others. */
  setTest(test: string | null, retry?: number): void
  /** Runs `body` so that its spawns, and those of what it awaits, belong to this test. */
  runInTest<T>(test: string, retry: number, body: () => T): T
  /** Runs `body` in another column of the session. */
  runInColumn<T>(column: string, body: () => T): T
  detach(): void
}

export interface AttachOptions {
  /** Path of the session file. */
  readonly session: string
  readonly column: string
  /** The test file as the report shall name it. */
  readonly file: string
  /** In a worker thread: the test that started it, and the id of that start. */
  readonly place?: TestPlace
  readonly spawn?: string
  /** Whose libc the file wants this worker's Node to run on: `host` unless said. */
  readonly runtime?: Runtime
  /** In a worker thread: where its process runs. */
  readonly worker?: WorkerPlace | null
  /** Files of this thread share their modules, so an addon that one loaded may serve the next unseen. */
  readonly sharesModules?: boolean
}

/**
 * Installs the hook in this thread, once, and makes this file's column the one for its spawns.
 *
 * @throws GlibcMatrixError SESSION_NOT_FOUND, FORMAT_TOO_NEW, SEAL_FAILED, NO_SPACE, SYSROOT_MISSING.
 */
export function attach(options: AttachOptions): Attachment {
  const state = install(options)
  const { column, file, runtime = 'host' } = options
  const own = state.columns.get(column)
  // Before the tests, which may change what a file is written by or with.
  if (own) sealOf(state.session, own)
  const fileLevel: TestPlace = options.place ?? { column, file, test: null, retry: 0 }
  state.current = fileLevel
  const spawn = options.spawn ?? null
  const worker = state.worker?.column === column ? state.worker.spawn : null
  state.journal.append({ type: 'hook', column, file, pid: process.pid, spawn, runtime, worker })

  const isHost = own?.sysroot?.path === '/'
  if (options.sharesModules && !isHost)
    for (const path of state.addons) state.journal.append({ type: 'addon', place: fileLevel, path })

  const inTest = (test: string | null, retry: number): TestPlace => ({ ...fileLevel, test, retry })
  return {
    session: state.session,
    setTest(test, retry = 0) {
      state.current = inTest(test, retry)
    },
    runInTest: (test, retry, body) => whileRunning(state, inTest(test, retry), body),
    runInColumn(name, body) {
      const place = state.chosen.getStore() ?? state.current ?? fileLevel
      return state.chosen.run({ ...place, column: name }, body)
    },
    detach() {
      if (state.current?.file === file) state.current = null
    },
  }
}

function whileRunning<T>(state: HookState, place: TestPlace, body: () => T): T {
  const key = testKey(place)
  const change = (by: number) => {
    const count = (state.running.get(key) ?? 0) + by
    if (count > 0) state.running.set(key, count)
    else state.running.delete(key)
  }
  change(1)
  let result: T
  try {
    result = state.chosen.run(place, body)
  } catch (error) {
    change(-1)
    throw error
  }
  if (!isPromise(result)) change(-1)
  else {
    const over = () => change(-1)
    result.then(over, over)
  }
  return result
}

function isPromise(value: unknown): value is Promise<unknown> {
  return typeof (value as { then?: unknown } | null)?.then === 'function'
}

/** Takes the hook out again. Journals are closed; the session stays. */
export function uninstall(): void {
  const state = hookState()
  if (state === undefined) return
  setHookState(undefined)
  for (const undo of state.undo) undo()
  for (const journal of [state.journal, ...state.journalsByUser.values()]) journal.close()
}

/** Once in a thread: another session takes the place of the one before. */
export function install({
  session: file,
  spawn,
  worker = takeWorker(),
}: Pick<AttachOptions, 'session' | 'spawn' | 'worker'>): HookState {
  const installed = hookState()
  if (installed?.session.file === file) return installed
  uninstall()
  const session = readSession(file)
  const node = { path: realpathSync(process.execPath) }
  // The COMMAND of `run` always counts, but not what it starts: the git of an npm script is the host's.
  const always = session.programs.always && spawn === undefined
  const sysroots = session.columns.flatMap(({ sysroot }) => sysroot ?? [])
  const runtime = worker === null ? session.programs.runtime : 'node'
  const plan = { ...session.programs, runtime, always, node, sysroots, host: hostOf(session.columns) }
  const place = worker && session.columns.find(({ name }) => name === worker.column)
  const state = createHookState(session, plan, worker, [
    patchAsyncSpawn(),
    patchSyncSpawn(),
    patchAddons(),
    patchThreads(),
    ...(place?.sysroot ? [patchOwnFiles(place.sysroot)] : []),
  ])
  setHookState(state)
  return state
}
