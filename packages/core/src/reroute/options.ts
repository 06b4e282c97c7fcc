import type { Sysroot } from '../sysroot/sysroot.js'

/** Whose libc Node runs on: the host's, or, with all that it starts, the column's. */
export type Runtime = 'host' | 'node'

/** What a plan needs to know besides the command and the sysroot. Keep one object for a worker's life: answers are remembered by it. */
export interface PlanOptions {
  /** The project's root, real and absolute. */
  readonly root: string
  /** Globs that narrow what counts, null for every program outside of the system directories. */
  readonly programs: readonly string[] | null
  readonly exclude: readonly string[]
  readonly hostLibraries: 'allow' | 'refuse'
  /** The host's Node. */
  readonly node: { readonly path: string }
  /** Whether Node is a tool of the host, or runs on the column's libc as any program under test. */
  readonly runtime?: Runtime
  /** The COMMAND of `run` counts wherever it lies. */
  readonly always?: boolean
  /** Other sysroots that are known here: a program may be linked to the loader and libraries of one. */
  readonly sysroots?: readonly Sysroot[]
  /** Whose libraries may be lent; null knows only the directories of /etc/ld.so.conf. */
  readonly host: Sysroot | null
}
