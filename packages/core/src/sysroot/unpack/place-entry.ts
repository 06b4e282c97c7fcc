import { chmodSync, linkSync, lstatSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, posix, relative } from 'node:path'
import { resolveInside } from '../inside.js'
import { refuseFolded } from './folded-case.js'
import { linkOrCopy } from './link-or-copy.js'

/** One entry of a tar; `name` is relative and holds no `..`. */
export interface TarEntry {
  readonly name: string
  readonly type: string
  readonly mode: number
  /** Of a symlink or a hard link. */
  readonly target: string
  readonly bytes: Uint8Array
}

/** An entry whose content may lie in a file that nobody writes any more, with the mode that it shall have. */
export type PlaceableEntry = TarEntry | (Omit<TarEntry, 'bytes'> & { readonly file: string })

/**
 * Writes an entry below `root` (which must be a real path), never through a symlink that leads out. Only files, directories and
 * links; setuid and write bits are dropped, since a sysroot is read by everyone and written by nobody.
 */
export function placeEntry(root: string, entry: PlaceableEntry): void {
  const path = join(parentInside(root, entry.name), basename(entry.name))
  const place = placers[entry.type]
  if (place === undefined) throw new Error(`its entry '${entry.name}' is a ${entry.type}`)
  place(root, path, entry)
}

const placers: Readonly<Record<string, (root: string, path: string, entry: PlaceableEntry) => void>> = {
  directory: (root, path, entry) => {
    const real = resolveInside(root, entry.name)
    if (real !== null && lstatSync(real).isDirectory()) return refuseFolded(path, entry.name)
    makeRoom(path, entry.name)
    mkdirSync(path, { mode: 0o755 })
  },
  file: (_root, path, entry) => {
    makeRoom(path, entry.name)
    if ('file' in entry) return linkOrCopy(entry.file, path)
    writeFileSync(path, entry.bytes, { mode: 0o600, flag: 'wx' })
    chmodSync(path, (entry.mode & 0o111) === 0 ? 0o444 : 0o555)
  },
  symlink: (root, path, entry) => {
    makeRoom(path, entry.name)
    symlinkSync(targetInside(root, path, entry.target), path)
  },
  link: (root, path, entry) => {
    const parent = resolveInside(root, dirname(entry.target))
    const target = join(parent ?? root, basename(entry.target))
    if (parent === null || lstatSync(target, { throwIfNoEntry: false })?.isFile() !== true) {
      throw new Error(`its hard link '${entry.name}' names '${entry.target}', which is no file inside`)
    }
    makeRoom(path, entry.name)
    linkSync(target, path)
  },
}

function parentInside(root: string, name: string): string {
  let parent = root
  for (const part of dirname(name).split('/')) {
    if (part === '.') continue
    const path = join(parent, part)
    const stat = lstatSync(path, { throwIfNoEntry: false })
    if (stat === undefined) mkdirSync(path, { mode: 0o755 })
    else refuseFolded(path, name)
    const isReal = stat === undefined || stat.isDirectory()
    const real = isReal ? path : resolveInside(root, relative(root, path))
    if (real === null || !(isReal || lstatSync(real).isDirectory()))
      throw new Error(`its entry '${name}' lies below what is no directory`)
    parent = real
  }
  return parent
}

function makeRoom(path: string, name: string): void {
  const stat = lstatSync(path, { throwIfNoEntry: false })
  if (stat === undefined) return
  refuseFolded(path, name)
  if (stat.isDirectory()) throw new Error(`its entry '${name}' would replace a directory`)
  rmSync(path)
}

/**
 * The kernel knows no sysroot: a target that is absolute or climbs out is rewritten to the same place inside. Normalised, so
 * that `..` never follows a symlink.
 */
function targetInside(root: string, path: string, target: string): string {
  const here = `/${relative(root, dirname(path))}`
  const depth = here.split('/').filter((part) => part !== '').length
  const plain = posix.normalize(target)
  const climbs = plain.split('/').filter((part) => part === '..').length
  if (!plain.startsWith('/') && climbs <= depth) return plain
  return posix.relative(here, posix.resolve(here, target)) || '.'
}
