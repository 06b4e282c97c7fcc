import { AsyncLocalStorage } from 'node:async_hooks'
import { createJournal, type Journal } from '../evidence/journal.js'
import type { TestPlace } from '../evidence/record.js'
import type { PlanOptions } from '../reroute/options.js'
import type { User } from './other-user.js'
import type { Session, SessionColumn } from './session.js'
import type { Launch, WorkerPlace } from './worker.js'
import { type OwnNamespace, takeNamespace } from './worker-namespace.js'

/** What the installed hook knows in one thread of one process. */
export interface HookState {
  readonly session: Session
  readonly plan: PlanOptions
  /** This process's own place, when its Node runs in a column. */
  readonly worker: WorkerPlace | null
  /** The mount namespace that this worker was started in. */
  readonly namespace: OwnNamespace | null
  /** Starts that happen in this context are workers: their Node runs in the column. */
  readonly starting: AsyncLocalStorage<Launch>
  readonly columns: ReadonlyMap<string, SessionColumn>
  readonly journal: Journal
  /** Journals for children that run as another user. */
  readonly journalsByUser: Map<number, Journal>
  readonly chosen: AsyncLocalStorage<TestPlace>
  /** The place of a spawn that no AsyncLocalStorage context claims; null turns the hook off. */
  current: TestPlace | null
  count: number
  /** Addons that this thread has loaded in any file. */
  readonly addons: Set<string>
  /** Tests that run now: a spawn whose context names another one belongs to nobody in particular. */
  readonly running: Map<string, number>
  /** Takes the patches out again, whichever copy of this module put them in. */
  readonly undo: readonly (() => void)[]
}

const key = Symbol.for('glibc-matrix.hook')
type Holder = { [key]?: HookState | undefined }

/** Kept on `process`, since Jest and Vitest load modules more than once. */
export function hookState(): HookState | undefined {
  return (process as Holder)[key]
}

export function setHookState(state: HookState | undefined): void {
  ;(process as Holder)[key] = state
}

export function createHookState(
  session: Session,
  plan: PlanOptions,
  worker: WorkerPlace | null,
  undo: readonly (() => void)[],
): HookState {
  return {
    session,
    plan,
    worker,
    namespace: takeNamespace(),
    starting: new AsyncLocalStorage(),
    columns: new Map(session.columns.map((column) => [column.name, column])),
    journal: createJournal(session.journals),
    journalsByUser: new Map(),
    chosen: new AsyncLocalStorage(),
    current: null,
    count: 0,
    addons: new Set(),
    running: new Map(),
    undo,
  }
}

/**
 * Where a spawn belongs that happens now. A server or queue made in one test keeps that test's context while it works for
 * another: when the test of the context is over, the spawn counts for every test of the file.
 */
export function placeOf(state: HookState): TestPlace | null {
  const chosen = state.chosen.getStore()
  if (chosen === undefined) return state.current
  if (chosen.test === null || state.running.has(testKey(chosen))) return chosen
  return { ...chosen, test: null }
}

export function testKey({ file, test }: TestPlace): string {
  return `${file}\0${test}`
}

/** The journal that a child can write to; null stands for our own user. */
export function journalFor(state: HookState, user: User | null): Journal {
  if (user === null) return state.journal
  const known = state.journalsByUser.get(user.uid)
  if (known !== undefined) return known
  const journal = createJournal(state.session.journals, user)
  state.journalsByUser.set(user.uid, journal)
  return journal
}
