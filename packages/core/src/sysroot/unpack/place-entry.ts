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

/** A tree that one install fills. */
interface Tree {
  /** A real path. */
  readonly root: string
  /** Names of directories that are there by just these names, with no link on the way; nothing replaces a directory. */
  readonly directories: Set<string>
}

/**
 * A writer of entries below `root` (which must be a real path, and nobody else's), never through a symlink that leads out. Only
 * files, directories and links; setuid and write bits are dropped, since a sysroot is read by everyone and written by nobody.
 */
export function placerInto(root: string): (entry: PlaceableEntry) => void {
  const tree: Tree = { root, directories: new Set(['.']) }
  return (entry) => {
    const path = `${parentInside(tree, entry.name)}/${basename(entry.name)}`
    const place = placers[entry.type]
    if (place === undefined) throw new Error(`its entry '${entry.name}' is a ${entry.type}`)
    place(tree, path, entry)
  }
}

const placers: Readonly<Record<string, (tree: Tree, path: string, entry: PlaceableEntry) => void>> = {
  directory: (tree, path, { name }) => {
    if (tree.directories.has(name)) return
    const isThere = () => isDirectory(resolveInside(tree.root, name))
    make(path, name, () => mkdirSync(path, { mode: 0o755 }), isThere)
    if (path === `${tree.root}/${name}`) tree.directories.add(name)
  },
  file: (_tree, path, entry) => {
    make(path, entry.name, () => {
      if ('file' in entry) return linkOrCopy(entry.file, path)
      writeFileSync(path, entry.bytes, { mode: 0o600, flag: 'wx' })
      chmodSync(path, (entry.mode & 0o111) === 0 ? 0o444 : 0o555)
    })
  },
  symlink: ({ root }, path, entry) => {
    make(path, entry.name, () => symlinkSync(targetInside(root, path, entry.target), path))
  },
  link: ({ root }, path, entry) => {
    const parent = resolveInside(root, dirname(entry.target))
    const target = join(parent ?? root, basename(entry.target))
    if (parent === null || lstatSync(target, { throwIfNoEntry: false })?.isFile() !== true) {
      throw new Error(`its hard link '${entry.name}' names '${entry.target}', which is no file inside`)
    }
    make(path, entry.name, () => linkSync(target, path))
  },
}

function parentInside({ root, directories }: Tree, name: string): string {
  const directory = dirname(name)
  if (directories.has(directory)) return directory === '.' ? root : `${root}/${directory}`
  let parent = root
  let sofar = ''
  for (const part of directory.split('/')) {
    if (part === '.') continue
    sofar = sofar === '' ? part : `${sofar}/${part}`
    parent = directories.has(sofar) ? `${root}/${sofar}` : directoryInside(root, `${parent}/${part}`, name)
    if (parent === `${root}/${sofar}`) directories.add(sofar)
  }
  return parent
}

/** The real path of the directory at `path`, whose parent is real; made when nothing is there. */
function directoryInside(root: string, path: string, name: string): string {
  const stat = lstatSync(path, { throwIfNoEntry: false })
  if (stat === undefined) {
    mkdirSync(path, { mode: 0o755 })
    return path
  }
  refuseFolded(path, name)
  const real = stat.isDirectory() ? path : resolveInside(root, relative(root, path))
  if (real !== null && isDirectory(real)) return real
  throw new Error(`its entry '${name}' lies below what is no directory`)
}

function isDirectory(real: string | null): boolean {
  return real !== null && lstatSync(real).isDirectory()
}

/**
 * `create` follows no link and replaces nothing, as every call that fails with EEXIST: only then is looked at what is in the way. What
 * `isThere` finds is left.
 */
function make(path: string, name: string, create: () => void, isThere = () => false): void {
  try {
    create()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    if (isThere()) refuseFolded(path, name)
    else replace(path, name, create)
  }
}

function replace(path: string, name: string, create: () => void): void {
  refuseFolded(path, name)
  if (lstatSync(path).isDirectory()) throw new Error(`its entry '${name}' would replace a directory`)
  rmSync(path)
  create()
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
