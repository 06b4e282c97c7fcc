import type { Sysroot } from '../sysroot/sysroot.js'

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
  /** The COMMAND of `run` counts wherever it lies. */
  readonly always?: boolean
  /** Other sysroots that are known here: a program may be linked to the loader and libraries of one. */
  readonly sysroots?: readonly Sysroot[]
  /** Whose libraries may be lent; null knows only the directories of /etc/ld.so.conf. */
  readonly host: Sysroot | null
}
