import type { BesideHost } from '../beside-host.js'
import type { AskedExec } from '../decision.js'
import { rootToken, type SealedCommand, type SpawnId } from '../loader.js'
import type { Seal } from '../seal.js'

/** How a program under test reaches the column's sealed loader. */
export type StrategyName = 'loader' | 'patch' | 'namespace'

/** What a user chooses: one for all programs, or `auto`: for each program the plainest one that serves it. */
export type StrategyOption = StrategyName | 'auto'

/** One start of a program under test, as the hook knows it. */
export interface Start {
  readonly seal: Seal
  /** Real path of the program. */
  readonly program: string
  /** What execve(2) would get without us: of a script, the script's own path and argv. */
  readonly asked: AskedExec
  /** argv that the program shall see, argv[0] first. */
  readonly args: readonly string[]
  readonly id: SpawnId
  /** The child's PATH and LD_* entries. */
  readonly env: Readonly<Record<string, string>>
  readonly beside: BesideHost | null
  /** Other programs that the tree may start by ways that no shim sees, for a strategy that covers them. */
  readonly others: readonly string[]
  /** The mount namespace that this worker is in, if it is of the start's column. */
  readonly namespace: WorkerNamespace | null
}

/** A mount namespace that lives as long as a worker: a program's path shows one copy in it, once and for all. */
export interface WorkerNamespace {
  /** Makes the program's own path show the copy; false when the kernel refuses. */
  show(copy: string, program: string): boolean
}

/** A program's path, and the file that it shows in a mount namespace. */
export interface Shown {
  readonly copy: string
  readonly target: string
}

/** One way to start a program on the column's libc. */
export interface Strategy {
  readonly name: StrategyName
  /** Why this program can't be started so; null when it can. Asked before `command`, and remembered by neither. */
  refusal(start: Start): string | null
  command(start: Start): SealedCommand
}

/**
 * Tells the shim what a trailer would, where ld.so is no command line of ours: NAME=id token kind program. It takes the
 * entry out of the environment before main (packages/native/c/trailer.h). `program` is empty where the kernel's own
 * /proc/self/exe is right.
 */
export function spawnVariable(id: SpawnId, program: string): string {
  return `GLIBC_MATRIX_SPAWN=${id}${rootToken}p${program}`
}
