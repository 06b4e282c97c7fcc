/** A test run's identity in the journal; `test` is null at module level and in beforeAll, which count for the whole file. */
export interface TestPlace {
  readonly column: string
  readonly file: string
  readonly test: string | null
  readonly retry: number
}

/** An addon that a project's suites may load, and the columns that can't load it. */
export interface AddonReport {
  /** Name and version of its package; empty for the project's own without a name. */
  readonly package: string
  readonly path: string
  /** By symbol and library. */
  readonly refusals: readonly { readonly column: string; readonly reason: string }[]
}

/** Said once, before the first worker whose Node runs in a column: the addons that can't load in one. */
export interface InspectedLine {
  readonly type: 'inspected'
  readonly refused: readonly AddonReport[]
}

/** Said before the tests start: a program under test that the runner's global setup started, and that still runs. */
export interface OutsideLine {
  readonly type: 'outside'
  readonly pid: number
  readonly program: string
}

/**
 * A line of a journal. The main process writes `inspected` and `outside`; a worker's hook `hook`, `spawn`, `failed`, `addon` and
 * `thread`; the shims of its processes `mapped`, `opening`, `exec`, `unstarted` and `lost`; the helper that starts emulators
 * `counted`; the accountant `kernel` and `ended`.
 */
export type JournalLine =
  | InspectedLine
  | OutsideLine
  | HookLine
  | SpawnLine
  | FailedLine
  | AddonLine
  | ThreadLine
  | ShimLine
  | AccountantLine
type ShimLine = MappedLine | OpeningLine | ExecLine | UnstartedLine | LostLine
type AccountantLine = CountedLine | KernelLine | EndedLine

/** The hook is installed for a file; a file without this line proves nothing. `spawn` is set in a Node child. */
export interface HookLine {
  readonly type: 'hook'
  readonly column: string
  readonly file: string
  readonly pid: number
  readonly spawn: string | null
  /** The file asked for a worker whose own Node runs in the column. */
  readonly runtime: 'host' | 'node'
  /** The start of the worker's Node in its column; null where it is the host's. */
  readonly worker: string | null
}

/** A child was about to be started. `id` is unique in the run; the shim's record carries it back. */
export interface SpawnLine {
  readonly type: 'spawn'
  readonly id: string
  readonly place: TestPlace
  /** The worker in the column that starts it, whose tree it belongs to for the kernel. */
  readonly worker: string | null
  readonly decision: 'reroute' | 'passthrough'
  readonly code: string
  readonly reason: string
  /** A tool of the host, started so that what it starts in turn is followed. */
  readonly followed: boolean
  readonly program: string
  readonly command: readonly string[]
  readonly cwd: string
  /** The child's PATH and LD_* entries, which decide what is found and loaded. */
  readonly env: Readonly<Record<string, string>>
  readonly compatible: boolean
  readonly missing: readonly string[]
  readonly hostLibraries: readonly string[]
  /** How the program reached the column's loader; null for a command that passes through. */
  readonly strategy: StartStrategy | null
  /** Why `auto` took another one than `loader`; null where nothing had to be chosen. */
  readonly strategyReason: string | null
}

export type StartStrategy = 'loader' | 'patch' | 'namespace'

/** The kernel refused to start it: no process, so no record is due. */
export interface FailedLine {
  readonly type: 'failed'
  readonly id: string
  readonly errno: number
}

/** An addon was loaded into the host's own Node, or, with a `refusal`, can't load into the column's. */
export interface AddonLine {
  readonly type: 'addon'
  readonly place: TestPlace
  readonly path: string
  /** Why the column's sysroot can't load it, by symbol and library. */
  readonly refusal?: string
}

/** A worker thread began in a test; a `hook` line with its id says that the hook is in it. */
export interface ThreadLine {
  readonly type: 'thread'
  readonly id: string
  readonly place: TestPlace
}

/** An object that a process mapped, as the shim found it in its own link map and /proc/self/maps. */
export interface MappedObject {
  readonly path: string
  readonly soname: string | null
  readonly device: string
  readonly inode: string
  readonly buildId: string | null
}

/** What a process says from inside: the only proof there is. `token` tells which start of the tree it came from. */
export interface MappedLine {
  readonly type: 'mapped'
  readonly id: string
  readonly token: string
  /** A program under test, or a tool of the host that is followed. */
  readonly kind: 'program' | 'tool'
  readonly pid: number
  readonly ppid: number
  readonly program: string
  readonly objects: readonly MappedObject[]
  /** The kernel reports every unannounced execve of this tree to the accountant; what no `kernel` line tells did not happen. */
  readonly accounted?: boolean
  /** Counting took no_new_privs (prctl(2)), so that nothing in the tree gains a privilege any more. */
  readonly noNewPrivs?: boolean
  /** The program's file has capabilities, which it doesn't get behind a loader (capabilities(7)). */
  readonly capabilities?: boolean
  /** How many openings of libraries (dlopen) came before; none when missing. */
  readonly opening?: number
}

/** A process is about to open a library, which may bring another libc; a later `mapped` line says what it was. */
export interface OpeningLine {
  readonly type: 'opening'
  readonly id: string
  readonly token: string
  readonly pid: number
  readonly opening: number
}

/** A process of the tree is about to start another program. */
export interface ExecLine {
  readonly type: 'exec'
  readonly id: string
  readonly token: string
  readonly pid: number
  /**
   * Through the column's loader, through the host's, by an interpreter that is the column's loader already, or as it is:
   * then `reason` says why nobody can vouch for it. `arrived` is said by the started process: nobody announced it.
   */
  readonly how: 'program' | 'tool' | 'itself' | 'plain' | 'arrived'
  readonly program: string
  readonly reason: string
  /** The kernel knows the start by its pointer and doesn't report it. */
  readonly quiet?: boolean
}

/** The kernel refused what the `exec` line of this token announced. */
export interface UnstartedLine {
  readonly type: 'unstarted'
  readonly id: string
  readonly token: string
  readonly pid: number
}

/** The kernel counts a tree that begins with an emulator, inside of which nobody could ask for it. */
export interface CountedLine {
  readonly type: 'counted'
  readonly id: string
  readonly noNewPrivs?: boolean
}

/** A process of the tree called execve or execveat, not by a shim's announced start, for a file that can be started; `?` where its path can't be read. */
export interface KernelLine {
  readonly type: 'kernel'
  readonly id: string
  readonly pid: number
  readonly program: string
}

/** No process of the tree is left: nothing can happen in it any more. */
export interface EndedLine {
  readonly type: 'ended'
  readonly id: string
}

/** A process of the tree had something to say and could not write it (another user, a limit, a chroot). */
export interface LostLine {
  readonly type: 'lost'
  readonly id: string
}
