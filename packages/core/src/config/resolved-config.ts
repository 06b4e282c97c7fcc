import type { LockFile } from './lock-file.js'
import type { RuntimeName } from './schema.js'

/** The config with nothing left open: every default is filled in and every path absolute. */
export interface ResolvedConfig {
  readonly root: string
  readonly file: string | null
  readonly sysroots: readonly SysrootRequest[]
  readonly suites: readonly { readonly glob: string; readonly selectors: readonly string[] }[]
  /** Whose libc Node runs on: where a glob or pragma says nothing, what `all` says; null leaves it to who runs the suite. */
  readonly runtime: {
    readonly all: RuntimeName | null
    readonly suites: readonly { readonly glob: string; readonly runtime: RuntimeName }[]
  }
  /** The Node of suites that run in the column; null: the one that runs us. */
  readonly node: string | null
  /** null: every program outside of the system directories. */
  readonly programs: readonly string[] | null
  readonly exclude: readonly string[]
  readonly mirrors: readonly string[]
  readonly keyring: string | null
  readonly allowUnsigned: boolean
  readonly packages: readonly string[]
  readonly hostLibraries: 'allow' | 'refuse'
  readonly strategy: 'loader' | 'patch' | 'namespace' | 'auto'
  readonly namespaces: 'spawn' | 'worker'
  readonly accounting: 'auto' | 'exact' | 'shim'
  readonly onMissing: 'fail' | 'skip'
  readonly incompatible: 'fail' | 'allow'
  readonly unproven: 'warn' | 'fail'
  readonly columns: 'parallel' | 'serial'
  readonly outputFile: string | null
  /** Further reports, by the files that they go to. */
  readonly reports: {
    readonly junit: string | null
    readonly html: string | null
    readonly markdown: string | null
    readonly github: 'auto' | 'never'
  }
  /** The directory of blobs. */
  readonly blob: string | null
  /** The file of timings. */
  readonly timings: string | null
  /** The selectors of GLIBC_MATRIX_ONLY, null when it is not set. */
  readonly only: readonly string[] | null
  /** The lock file beside the config; null without a config. */
  readonly lock: LockFile | null
  /** GLIBC_MATRIX_ONLY holds `!host`: another machine runs the host's column. */
  readonly leavesHostOut: boolean
}

/** One sysroot as the config names it; a relative `dir:` is absolute here. */
export interface SysrootRequest {
  readonly name: string | null
  readonly spec: string
  readonly packages: readonly string[]
  readonly with?: string | undefined
}
