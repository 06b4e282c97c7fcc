/** A command as the kernel would get it: `args[0]` is argv[0], `env` is the child's whole environment. */
export interface Command {
  readonly file: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
}

/** A version need that a sysroot's real file does not define. */
export interface MissingVersion {
  readonly version: string
  readonly library: string
  readonly requiredBy: string
}

export interface MissingLibrary {
  readonly soname: string
  readonly requiredBy: string
  /** Set when the host has it but it may not be used (its own needs, or `hostLibraries: 'refuse'`). */
  readonly refused: string | null
}

/** A library that the sysroot lacks and the host lends, since its own needs are met there. */
export interface HostLibrary {
  readonly soname: string
  readonly path: string
}

/** Whether a program and its NEEDED closure can load in a sysroot: a prediction, never evidence. */
export interface Verdict {
  readonly compatible: boolean
  readonly missing: readonly MissingVersion[]
  readonly missingLibraries: readonly MissingLibrary[]
  readonly hostLibraries: readonly HostLibrary[]
}

/** Why a command is or isn't rerouted. `code` is stable; `reason` is for people. */
export type Decision = Reroute | Passthrough

export interface Reroute {
  readonly decision: 'reroute'
  /** `linked`: it was made to run on another sysroot, which the column's takes the place of. */
  readonly code: 'native' | 'shebang' | 'linked'
  readonly reason: string
  /** Real path of the program that the loader maps. */
  readonly program: string
  /** What execve(2) would get without us: of a script, the script's own path and argv. */
  readonly asked: AskedExec
  /** argv that the program shall see, argv[0] first. */
  readonly args: readonly string[]
  readonly verdict: Verdict
}

export interface AskedExec {
  /** As the caller spelled it, or found in PATH; relative to the child's working directory. */
  readonly path: string
  readonly args: readonly string[]
}

export interface Passthrough {
  readonly decision: 'passthrough'
  readonly code: PassthroughCode
  readonly reason: string
  /** The resolved file, null when there is none. */
  readonly program: string | null
  /** How a tool of the host is started so that what it starts in turn is followed; null when it can't be. */
  readonly follow: Follow | null
}

/** A tool behind the host's own sealed loader: its real path (an interpreter's, for a script) and its argv. */
export interface Follow {
  readonly program: string
  readonly args: readonly string[]
}

export type PassthroughCode =
  | 'missing' // no such file: the kernel's ENOENT must reach the caller
  | 'not-executable' // EACCES must reach the caller
  | 'excluded' // by `programs` / `exclude`
  | 'system-tool' // lies in a system directory and starts nothing by itself
  | 'launcher' // a shell, env, make, python …: a tool of the host that starts others
  | 'emulator' // qemu-user and its like: what they run is not executed, and not followed
  | 'node' // the host's Node: keeps the host's libc, and is followed
  | 'privileged' // set-user-ID: a loader would take its privilege
  | 'static' // no libc to exchange
  | 'foreign-machine' // an ELF of another machine than the sysroot's
  | 'foreign-libc' // its interpreter is another libc's than the column's (musl, glibc, Android)
  | 'strategy-refused' // the strategy that the user chose can't start this program
  | 'not-elf' // no ELF and no script: the kernel's ENOEXEC must reach the caller
