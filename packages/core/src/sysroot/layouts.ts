/**
 * How glibc names and places itself, by machine. Loader names are the ABI's (glibc shlib-versions, `ld=`);
 * `debian` is dpkg's architecture, `triplet` its multiarch directory (dpkg cputable, deb-multiarch(7)).
 */
export interface Layout {
  /** uname-like, as in ElfFile. */
  readonly machine: string
  readonly debian: string
  readonly triplet: string
  readonly loader: string
}

export const LAYOUTS: readonly Layout[] = [
  { machine: 'x86_64', debian: 'amd64', triplet: 'x86_64-linux-gnu', loader: 'ld-linux-x86-64.so.2' },
  { machine: 'aarch64', debian: 'arm64', triplet: 'aarch64-linux-gnu', loader: 'ld-linux-aarch64.so.1' },
  { machine: 'i386', debian: 'i386', triplet: 'i386-linux-gnu', loader: 'ld-linux.so.2' },
  { machine: 'arm', debian: 'armhf', triplet: 'arm-linux-gnueabihf', loader: 'ld-linux-armhf.so.3' },
  { machine: 's390x', debian: 's390x', triplet: 's390x-linux-gnu', loader: 'ld64.so.1' },
  { machine: 'riscv64', debian: 'riscv64', triplet: 'riscv64-linux-gnu', loader: 'ld-linux-riscv64-lp64d.so.1' },
  { machine: 'ppc64le', debian: 'ppc64el', triplet: 'powerpc64le-linux-gnu', loader: 'ld64.so.2' },
]

/** Node's `process.arch` of the machines that glibc-matrix runs on, as Debian names them. */
export const HOST_ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' }

/**
 * Where libraries may lie under a root, in the order a distribution's ld.so searches them: multiarch (Debian), lib64
 * (Fedora, SUSE, `lib64` of the ABI), lib (Arch, and a prefix as `make install` leaves it), and flat.
 */
export function libraryDirectories(layout: Layout): readonly string[] {
  const { triplet } = layout
  return [`lib/${triplet}`, `usr/lib/${triplet}`, 'lib64', 'usr/lib64', 'lib', 'usr/lib', '.']
}

/** Options that a caller would like to give ld.so; which of them one knows is read from its own strings. */
export const LOADER_OPTIONS: readonly string[] = [
  '--inhibit-cache',
  '--library-path',
  '--inhibit-rpath',
  '--preload',
  '--audit',
  '--verify',
  '--list',
  '--argv0',
  '--glibc-hwcaps-prepend',
  '--glibc-hwcaps-mask',
  '--list-tunables',
  '--list-diagnostics',
  '--help',
  '--version',
]
