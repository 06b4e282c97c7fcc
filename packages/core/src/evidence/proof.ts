import type { MappedLine, MappedObject } from './record.js'

/** What a process of a column must have mapped. Written into the session, so that proof needs no sysroot at hand. */
export interface ColumnIdentity {
  readonly name: string
  readonly libc: {
    readonly path: string
    readonly device: string
    readonly inode: string
    readonly buildId: string | null
  }
  /** File names that the sysroot provides; none of them may come from the host's directories. */
  readonly provides: readonly string[]
  /** Why no process of it can report what it mapped; null when all can. */
  readonly silent?: string | null
  /** The sealed loaders that start its programs and the host's tools, and the emulator of a column of another machine. */
  readonly loaders: readonly string[]
  /** Names among them that belong to glibc itself: they come from the sysroot's directories and from nowhere else. */
  readonly family: readonly string[]
  /** Where the sysroot's own files are mapped from. */
  readonly directories: readonly string[]
  /** Build-ids of every column's libc: a file with one of them is a libc, whatever its SONAME says. */
  readonly libcBuildIds: readonly string[]
  /** The host's library directories; empty for the host's own column. */
  readonly hostDirectories: readonly string[]
  /** Its libc is musl: nothing of the host's is for it. */
  readonly musl?: boolean
}

export interface Proof {
  readonly proof: 'mapped' | 'wrong' | 'unproven'
  readonly reason: string
  readonly libc: readonly string[]
  /** Libraries that the host lent. */
  readonly hostLibraries: readonly string[]
}

/**
 * Judges a process by the files it mapped. Identity is device, inode and build-id of every object whose SONAME is
 * libc.so.6, that is a musl, or that has the build-id of a known libc; a version string proves nothing.
 */
export function proveProcess(line: MappedLine, column: ColumnIdentity): Proof {
  const libcs = line.objects.filter((object) => isLibc(object, column))
  const libc = libcs.map((object) => object.path)
  const fromHost = line.objects.filter((object) => isIn(object.path, column.hostDirectories))
  const hostLibraries = fromHost.map((object) => object.path)
  const judged = (proof: Proof['proof'], reason: string): Proof => ({ proof, reason, libc, hostLibraries })

  if (libcs.length === 0) return judged('unproven', `${line.program} mapped no libc`)
  const foreign = libcs.find((object) => !isSameFile(object, column.libc))
  if (foreign !== undefined)
    return judged('wrong', `${line.program} mapped ${foreign.path}, which is not the libc of ${column.name}`)
  const stray = line.objects.find(
    (object) =>
      column.family.includes(nameOf(object)) &&
      !isIn(object.path, column.directories) &&
      !column.loaders.includes(object.path),
  )
  if (stray !== undefined) return judged('wrong', `${line.program} mapped ${stray.path} instead of the sysroot's`)
  const alien = column.musl && fromHost.find((object) => !isIn(object.path, column.directories))
  if (alien) return judged('wrong', `${line.program} mapped the host's ${alien.path}, which is not for musl`)
  const intruder = fromHost.find((object) => column.provides.includes(nameOf(object)))
  if (intruder !== undefined)
    return judged('wrong', `${line.program} mapped the host's ${intruder.path} instead of the sysroot's`)
  return judged('mapped', `mapped ${libc.join(', ')}`)
}

function isLibc(object: MappedObject, { libc, libcBuildIds }: ColumnIdentity): boolean {
  const { soname, buildId, inode, device } = object
  if (soname === 'libc.so.6' || isMusl(object)) return true
  return (buildId !== null && libcBuildIds.includes(buildId)) || (inode === libc.inode && device === libc.device)
}

/** Of musl loader and libc are one file: libc.so by its SONAME, or named after the machine, or without one. */
function isMusl({ soname, path }: MappedObject): boolean {
  return soname === null ? /\/(libc\.so|ld-musl-[^/]+)$/.test(path) : /^libc\.(so$|musl-)/.test(soname)
}

function isSameFile(object: MappedObject, libc: ColumnIdentity['libc']): boolean {
  return object.device === libc.device && object.inode === libc.inode && object.buildId === libc.buildId
}

function isIn(path: string, directories: readonly string[]): boolean {
  return directories.some((directory) => path.startsWith(`${directory}/`))
}

function nameOf(object: MappedObject): string {
  return object.soname ?? object.path.slice(object.path.lastIndexOf('/') + 1)
}
