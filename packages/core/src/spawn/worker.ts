import type { SpawnId } from '../reroute/loader.js'
import type { Runtime } from '../reroute/options.js'

/** Where a worker shall run. */
export interface Launch {
  readonly column: string
  /** Another Node than the one that the pool starts. */
  readonly node: string | null
  /** What a worker's script is called: others that the pool's listeners start meanwhile are none. Null: every Node is one. */
  readonly script: RegExp | null
  /** `node`: on the column's libc. `host`: on the host's, in a mount namespace where programs may show their copies. */
  readonly runtime: Runtime
}

/** A worker whose own Node runs on a column's libc. */
export interface WorkerPlace {
  readonly column: string
  /** The start that its tree began with. */
  readonly spawn: SpawnId
}

const variable = 'GLIBC_MATRIX_WORKER'

/** What the hook that starts a worker adds to its environment. */
export function workerVariable({ column, spawn }: WorkerPlace): string {
  return `${variable}=${spawn}${column}`
}

let taken: WorkerPlace | null = null

/** Where this process runs, which its environment tells once: what it starts in turn must not believe it. Null on the host. */
export function takeWorker(): WorkerPlace | null {
  const text = process.env[variable]
  if (text === undefined) return taken
  delete process.env[variable]
  taken = { spawn: text.slice(0, 16), column: text.slice(16) }
  return taken
}
