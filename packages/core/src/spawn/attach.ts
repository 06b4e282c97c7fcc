import { realpathSync } from 'node:fs'
import type { TestPlace } from '../evidence/record.js'
import { patchDlopen } from './addons.js'
import { patchAsyncSpawn } from './async-spawn.js'
import { createHookState, type HookState, hookState, setHookState } from './hook-state.js'
import { hostOf, readSession, type Session } from './session.js'
import { patchSyncSpawn } from './sync-spawn.js'

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
  /** In a Node child: the test that started it, and the id of that spawn. */
  readonly place?: TestPlace
  readonly spawn?: string
}

/**
 * Installs the hook in this thread, once, and makes this file's column the one for its spawns.
 *
 * @throws GlibcMatrixError SESSION_NOT_FOUND, FORMAT_TOO_NEW.
 */
export function attach(options: AttachOptions): Attachment {
  const state = install(options)
  const { column, file } = options
  const fileLevel: TestPlace = options.place ?? { column, file, test: null, retry: 0 }
  state.current = fileLevel
  state.journal.append({ type: 'hook', column, file, pid: process.pid, spawn: options.spawn ?? null })

  const inTest = (test: string | null, retry: number): TestPlace => ({ ...fileLevel, test, retry })
  return {
    session: state.session,
    setTest(test, retry = 0) {
      state.current = inTest(test, retry)
    },
    runInTest: (test, retry, body) => state.chosen.run(inTest(test, retry), body),
    runInColumn(name, body) {
      const place = state.chosen.getStore() ?? state.current ?? fileLevel
      return state.chosen.run({ ...place, column: name }, body)
    },
    detach() {
      if (state.current?.file === file) state.current = null
    },
  }
}

/** Takes the hook out again. Journals are closed; the session stays. */
export function uninstall(): void {
  const state = hookState()
  if (state === undefined) return
  setHookState(undefined)
  for (const undo of state.undo) undo()
  for (const journal of [state.journal, ...state.journalsByUser.values()]) journal.close()
}

function install({ session: file, spawn }: AttachOptions): HookState {
  const installed = hookState()
  if (installed?.session.file === file) return installed
  uninstall()
  const session = readSession(file)
  const node = { path: realpathSync(process.execPath) }
  // The COMMAND of `run` always counts, but not what it starts: the git of an npm script is the host's.
  const always = session.programs.always && spawn === undefined
  const plan = { ...session.programs, always, node, host: hostOf(session.columns) }
  const state = createHookState(session, plan, [patchAsyncSpawn(), patchSyncSpawn(), patchDlopen()])
  setHookState(state)
  return state
}
