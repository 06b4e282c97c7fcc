import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import worker_threads, { type WorkerOptions } from 'node:worker_threads'
import type { TestPlace } from '../evidence/record.js'
import { spawnId } from '../reroute/loader.js'
import { hookState, placeOf } from './hook-state.js'
import type { WorkerPlace } from './worker.js'

/** What a worker thread needs to install the hook in itself: every thread has builtins of its own. */
export interface ThreadContext {
  readonly session: string
  readonly spawn: string
  readonly place: TestPlace
  readonly worker: WorkerPlace | null
}

const variable = 'GLIBC_MATRIX_CONTEXT'
const hooked = new WeakSet<object>()

/**
 * Makes worker threads of a test load `register` before their own code. One that can't (made by a constructor captured
 * before, or sharing its environment) is still announced, by Node's own event, and makes its test unproven. Returns what
 * undoes it.
 */
export function patchThreads(): () => void {
  const Original = worker_threads.Worker
  class Worker extends Original {
    constructor(file: string | URL, options: WorkerOptions = {}) {
      const context = nextContext()
      super(file, context === null ? options : withHook(options, context))
      if (context !== null && isHooked(options)) hooked.add(this)
    }
  }
  const onThread = (worker: object) => {
    if (!hooked.has(worker)) nextContext()
  }
  worker_threads.Worker = Worker
  syncBuiltinESMExports()
  process.on('worker', onThread)
  return () => {
    process.off('worker', onThread)
    if (worker_threads.Worker !== Worker) return
    worker_threads.Worker = Original
    syncBuiltinESMExports()
  }
}

/** Announces a thread; null when no test runs. */
function nextContext(): ThreadContext | null {
  const state = hookState()
  const place = state ? placeOf(state) : null
  if (!state || !place) return null
  const spawn = spawnId(state.journal.id, state.count++, 'host')
  state.journal.append({ type: 'thread', id: spawn, place })
  return { session: state.session.file, spawn, place, worker: state.worker }
}

function isHooked({ env }: WorkerOptions): boolean {
  return env !== worker_threads.SHARE_ENV
}

function withHook(options: WorkerOptions, context: ThreadContext): WorkerOptions {
  if (!isHooked(options)) return options
  const own = options.env as NodeJS.Dict<string> | undefined
  const env = { ...(own ?? process.env), [variable]: JSON.stringify(context) }
  const execArgv = ['--require', join(__dirname, '..', 'register.js'), ...(options.execArgv ?? process.execArgv)]
  return { ...options, env, execArgv }
}

/** Takes the context out of this thread's environment, which then reads as the test passed it. */
export function takeContext(): ThreadContext | null {
  const text = process.env[variable]
  if (text === undefined) return null
  delete process.env[variable]
  return JSON.parse(text) as ThreadContext
}
