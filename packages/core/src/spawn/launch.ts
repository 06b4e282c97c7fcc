import { GlibcMatrixError } from '../errors.js'
import { install } from './attach.js'
import type { HookState } from './hook-state.js'
import { inspectAddons } from './inspect-addons.js'
import { whyNoWorker } from './start-worker.js'
import type { Launch } from './worker.js'

/** The hold of a pool or runner on the hook of its process, which starts workers and runs no test itself. */
export interface Launcher {
  /** Runs `body` so that the Node it starts is a worker of the column: on its libc, with all that it starts in turn. */
  start<T>(column: string, body: () => T): T
  /** The same for a worker whose Node stays on the host's libc, in a mount namespace for the programs of one column. */
  startInNamespace<T>(column: string, body: () => T): T
  /** Why this Node can't be a worker of the column; null when it can. The files it was to run are then told as incompatible. */
  refusal(column: string, files: readonly string[]): GlibcMatrixError | null
}

/**
 * Workers are started by a pool's own means; what they run on is decided here. `node` is another Node to take for them,
 * `script` tells a worker's script from others that the pool's process starts.
 *
 * @throws GlibcMatrixError SESSION_NOT_FOUND, FORMAT_TOO_NEW.
 */
export function launcher(
  session: string,
  { node = null, script = null }: Partial<Pick<Launch, 'node' | 'script'>> = {},
): Launcher {
  const state = install({ session })
  const launch = (column: string): Launch => ({ column, node, script, runtime: 'node' })
  return {
    start(column, body) {
      inspectOnce(state)
      return state.starting.run(launch(column), body)
    },
    startInNamespace: (column, body) => state.starting.run({ column, node: null, script, runtime: 'host' }, body),
    refusal(column, files) {
      const reason = whyNoWorker(state, launch(column), files)
      return reason === null ? null : tooNew(column, reason)
    },
  }
}

const inspected = new WeakSet<HookState>()

/** A suite of `runtime: 'node'` may load any addon of the project: what can't load somewhere is known before it tries. */
function inspectOnce(state: HookState): void {
  if (inspected.has(state)) return
  inspected.add(state)
  const refused = inspectAddons(state.session, state.plan).filter(({ refusals }) => refusals.length > 0)
  state.journal.append({ type: 'inspected', refused })
}

function tooNew(column: string, reason: string): GlibcMatrixError {
  return new GlibcMatrixError(
    'NODE_TOO_NEW',
    `the Node of this suite can't run on the libc of column ${column}: ${reason}`,
    "Name one that was built for it (an older glibc, or musl) by `node` in the config, or leave the column out of these files by `suites` or '@glibc'.",
    { column, reason },
  )
}
