import type { ReleasePin } from '../../config/lock-file.js'
import type { HashedFiles } from '../hashed-files.js'
import type { InstalledPackage, SysrootSpec } from '../sysroot.js'

/** How far an install is; `done` and `total` are bytes, of a build those that it printed; `total` null while it is unknown. */
export interface Progress {
  readonly sysroot: string
  readonly stage: 'wait' | 'release' | 'index' | 'download' | 'unpack' | 'configure' | 'compile' | 'install'
  readonly done: number
  readonly total: number | null
  /** Whom a wait is for. */
  readonly holder?: string
}

/** What an install may use besides its spec; all of it comes from the request, the environment or the machine. */
export interface InstallContext {
  readonly mirrors: readonly string[]
  readonly keyring: string | null
  /** Takes metadata whose signature is missing or wrong: only ever set by the user's explicit option. */
  readonly allowUnsigned: boolean
  /** Releases of suites that have ended, by spec without architecture, as a lock file pins them. */
  readonly releases?: Readonly<Record<string, ReleasePin>>
  readonly env: Readonly<Record<string, string | undefined>>
  /** The machine's root, where apt's configuration and keyrings are read. */
  readonly machineRoot: string
  /** Signatures and dates are judged at this time. */
  readonly now: Date
  readonly onProgress: (progress: Progress) => void
  /** Learns which files of the tree are the package cache's. */
  readonly hashed?: HashedFiles
}

/** Where a sysroot lies: used in place, or in the store under a key. */
export type Location = { readonly inPlace: string } | { readonly key: string }

/** The seam for a new source of sysroots: one file that implements this, one row in table.ts, one kind in SysrootSpec. */
export interface Provider<Spec extends SysrootSpec = SysrootSpec> {
  readonly kind: Spec['kind']
  /** The form that users write, for messages. */
  readonly form: string
  /** Reads a spec's text; null when it is another's. */
  parse(text: string, packages: readonly string[]): Spec | null
  /** The one spelling of a spec. */
  format(spec: Spec): string
  locate(spec: Spec): Location
  /**
   * Fills the empty directory `root`; never called for a sysroot that is used in place. `pins` are what it answered when a lock
   * file was written: exactly these are installed. A source that can't choose ignores them, and its tree's digest is compared.
   *
   * @throws GlibcMatrixError PIN_GONE for a pinned package that is no longer to be had.
   */
  install(
    spec: Spec,
    root: string,
    context: InstallContext,
    pins?: readonly InstalledPackage[] | null,
  ): Promise<readonly InstalledPackage[]>
  /** Names the packages, to be listed beside the spec, that have these libraries; only where packages can be listed. */
  packagesFor?(spec: Spec, sonames: readonly string[], context: InstallContext): Promise<readonly string[]>
}
