/** Where a sysroot comes from, as a user names it. */
export type SysrootSpec =
  | { readonly kind: 'host' }
  | { readonly kind: 'dir'; readonly path: string }
  /** The same of musl; `path` may be its loader alone. */
  | { readonly kind: 'musl'; readonly path: string }
  | { readonly kind: 'source'; readonly path: string }
  | { readonly kind: 'archive'; readonly path: string }
  | { readonly kind: 'npm'; readonly name: string; readonly version: string | null }
  | SuiteSpec<'debian'>
  | SuiteSpec<'ubuntu'>
  /** Packages of Debian's format, as files. */
  | { readonly kind: 'deb'; readonly paths: readonly string[] }
  /** An image of a registry. */
  | { readonly kind: 'oci'; readonly reference: string; readonly arch: string | null }
  /** An image in an OCI layout; `reference` is its tag or digest, null its only image. */
  | {
      readonly kind: 'oci-layout'
      readonly path: string
      readonly reference: string | null
      readonly arch: string | null
    }

/** Packages of a suite of a distribution; `arch` null is the machine's own. */
export interface SuiteSpec<Kind extends string> {
  readonly kind: Kind
  readonly suite: string
  /** The suite's musl instead of its glibc. */
  readonly musl?: true
  readonly arch: string | null
  readonly packages: readonly string[]
}

/** The files whose identity proves a column: device, inode and build-id, never a version string. */
export interface FileIdentity {
  readonly path: string
  /** `major:minor` in lower-case hex without padding, as in /proc/PID/maps stripped of leading zeros (`fe:0`). */
  readonly device: string
  readonly inode: string
  readonly buildId: string | null
}

/** One libc and its loader, installed, verified and described by its files. Plain data: it crosses processes as JSON. */
export interface Sysroot {
  readonly name: string
  readonly spec: string
  /** Root directory; `/` for the host. */
  readonly path: string
  /** glibc's own version, read from libc.so.6 (`2.31`); `musl-1.2.3` of musl. */
  readonly glibc: string
  /** Its libc is musl, whose loader is the same file, and whose programs alone it can run. */
  readonly musl?: true
  /** uname-like, as in ElfFile. */
  readonly machine: string
  /** Absolute path of the real ld.so: no symlink leads out of the sysroot. */
  readonly loader: string
  readonly libc: FileIdentity
  /** Directories that hold its libraries, in search order, absolute. */
  readonly libraryPath: readonly string[]
  readonly gconv: string | null
  readonly locales: string | null
  /** The options among these that its ld.so knows, read from its strings. */
  readonly loaderOptions: readonly string[]
  /** sha256 over the sorted manifest of its files; for `host` and `dir:` over loader and libc alone. */
  readonly digest: string
  readonly packages: readonly InstalledPackage[]
  /** What it takes from another sysroot (`with`); their directory is the last of `libraryPath`. */
  readonly companions?: Companions
}

/** Libraries of another sysroot beside a glibc. */
export interface Companions {
  /** The sysroot that they are of. */
  readonly spec: string
  /** Their sonames. */
  readonly libraries: readonly string[]
  /** Those that this glibc can't load. */
  readonly refused: readonly RefusedLibrary[]
}

export interface RefusedLibrary {
  readonly library: string
  readonly reason: string
}

/** A package that a sysroot is made of; in a lock file it is what an install must find. */
export interface InstalledPackage {
  readonly name: string
  readonly version: string
  readonly sha256: string
  /** In bytes, with `path`: where it lies below a mirror. */
  readonly size?: number | undefined
  readonly path?: string | undefined
}
