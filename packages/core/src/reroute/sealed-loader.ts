import { findStrings, padDirectory } from './strings.js'

/** What a private copy of ld.so shall read instead of the host's files. */
export interface LoaderTargets {
  /** The list of objects to preload, at most 18 bytes. */
  readonly preloadList: string
  /** The one directory that holds the sysroot's libraries; null keeps the loader's own directories and cache (host). */
  readonly libraries: string | null
  /** The triplet of the sysroot's machine, for the names of a distribution's directories. */
  readonly triplet: string
}

export interface SealedLoader {
  readonly bytes: Buffer
  /** False when no built-in directory has room for `libraries`: then --library-path must name it. */
  readonly directoriesSealed: boolean
}

const preloadFile = '/etc/ld.so.preload'

/**
 * A copy of ld.so whose built-in paths lead into the seal, every length kept (glibc elf/rtld.c, elf/dl-load.c,
 * sysdeps/generic/dl-cache.h). It serves any program without an option or variable that an old glibc lacks, and a
 * library that the sysroot lacks is not found instead of being the host's. Null when it has no preload file to lead.
 */
export function sealLoader(loader: Buffer, targets: LoaderTargets): SealedLoader | null {
  const bytes = Buffer.from(loader)
  if (!overwrite(bytes, preloadFile, targets.preloadList)) return null
  if (targets.libraries === null) return { bytes, directoriesSealed: true }
  const prefix = sealCache(bytes)
  return { bytes, directoriesSealed: sealDirectories(bytes, prefix, targets) }
}

/** Whether a loader has a preload file that this list can take the place of. */
export function isSealable(loader: Buffer, preloadList: string): boolean {
  return Buffer.byteLength(preloadList) <= preloadFile.length && findStrings(loader, preloadFile).length > 0
}

function overwrite(bytes: Buffer, old: string, fresh: string): boolean {
  const places = findStrings(bytes, old)
  if (places.length === 0 || Buffer.byteLength(fresh) > old.length) return false
  for (const at of places) {
    bytes.fill(0, at, at + old.length)
    bytes.write(fresh, at, 'latin1')
  }
  return true
}

/** Makes the cache a file that never exists and returns the prefix that glibc was configured with. */
function sealCache(bytes: Buffer): string {
  const name = '/etc/ld.so.cache'
  const at = bytes.indexOf(`${name}\0`, 0, 'latin1')
  if (at === -1) return ''
  const start = bytes.lastIndexOf(0, at) + 1
  const prefix = bytes.toString('latin1', start, at)
  bytes.write('/dev/null/cache', start, 'latin1')
  bytes.fill(0, start + '/dev/null/cache'.length, at + name.length)
  return prefix
}

/**
 * The table of built-in directories is one run of strings with their lengths kept apart: the first with room becomes
 * the seal's, spelled to the same length, the others a name that doesn't exist (ld.so asserts the leading slash).
 */
function sealDirectories(bytes: Buffer, prefix: string, targets: LoaderTargets): boolean {
  const { libraries, triplet } = targets
  const names = prefix === '' ? distributionDirectories(triplet) : [`${prefix}/lib64/`, `${prefix}/lib/`]
  let sealed = false
  for (const name of names) {
    const padded: string | null = sealed ? null : padDirectory(libraries ?? '', name.length)
    const places = [...findStrings(bytes, name), ...tablesAt(bytes, name)]
    for (const at of places) bytes.write(padded ?? `/${'\u0001'.repeat(name.length - 2)}/`, at, 'latin1')
    sealed ||= places.length > 0 && padded !== null
  }
  return sealed
}

/** Where the table itself begins: what lies before its first name need not be a NUL (armhf). */
function tablesAt(bytes: Buffer, name: string): number[] {
  const table = `${name}\0/usr${name}\0`
  const places: number[] = []
  for (let at = bytes.indexOf(table, 0, 'latin1'); at !== -1; at = bytes.indexOf(table, at + 1, 'latin1'))
    places.push(at)
  return places
}

function distributionDirectories(triplet: string): string[] {
  return [`/lib/${triplet}/`, `/usr/lib/${triplet}/`, '/lib64/', '/usr/lib64/', '/lib/', '/usr/lib/']
}
