import { lstatSync, readlinkSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { ElfFile } from '../elf/elf-file.js'
import { isGlibcFamily, isToolchainCompanion } from '../elf/glibc-family.js'
import { isMuslItself } from '../elf/loader-names.js'
import type { Sysroot } from '../sysroot/sysroot.js'
import { hostLibraryDirs } from './host-directories.js'
import { knownFile } from './known-file.js'
import { loaderOf } from './loadable.js'
import { type SearchPath, searchDirectories, splitPath } from './search-path.js'
import { systemDirectoryOf } from './system-directories.js'

/** An object as ld.so would load it; `loader` is the one that needed it first, null for the program. */
export interface Loaded {
  /** As it was found, since $ORIGIN is taken from this spelling. */
  readonly path: string
  readonly real: string
  readonly id: string
  readonly elf: ElfFile
  readonly loader: Loaded | null
}

/** Everything besides the object itself that a search depends on. */
export interface Search extends SearchPath {
  readonly sysroot: Sysroot
  readonly host: Sysroot | null
  /** Roots of other sysroots: what belongs to a libc is not taken from there either. */
  readonly others: readonly string[]
  readonly main: ElfFile
}

/** A file that ld.so stops at with an error instead of searching on. */
export interface Broken {
  readonly broken: string
}

/**
 * Looks a NEEDED name up by ld.so's rules (ld.so(8); glibc elf/dl-load.c, _dl_map_object): the object's own directories,
 * LD_LIBRARY_PATH, then the sysroot. What belongs to a libc is never taken from the host's directories.
 */
export function findLibrary(name: string, from: Loaded, search: Search): Loaded | Broken | null {
  if (name.includes('/')) return candidate(absolute(name, search.cwd), from, search)
  if (search.sysroot.musl && isMuslItself(name)) return loadedLoader(search.sysroot, from)
  const tied = isTiedToLibc(name)
  for (const directory of searchDirectories(from, search).flatMap(withHwcaps)) {
    const found = candidate(`${directory}/${name}`, from, search)
    if (found === null || (tied && 'real' in found && isForeign(found.real, search))) continue
    return found
  }
  return findInSysroot(name, from, search)
}

/** The loader, which is there before anything else. */
export function loadedLoader(sysroot: Sysroot, from: Loaded): Loaded | null {
  const elf = loaderOf(sysroot)
  return elf && { path: sysroot.loader, real: sysroot.loader, id: sysroot.loader, elf, loader: from }
}

/** The host's own library of that name, whether or not it may be lent. */
export function findOnHost(name: string, from: Loaded, search: Search): Loaded | null {
  for (const directory of hostDirectories(search.host).flatMap(withHwcaps)) {
    const found = candidate(`${directory}/${name}`, from, search)
    if (found !== null && 'real' in found) return found
  }
  return null
}

/** Libraries of glibc's build and the compiler's runtimes come from the sysroot or from the program itself. */
export function isTiedToLibc(name: string): boolean {
  return isGlibcFamily(name) || isToolchainCompanion(name)
}

/** True for a library of the running system, seen from a sysroot that is another one. */
export function isHostFile(real: string, { sysroot, host }: Search): boolean {
  if (sysroot.path === '/' || real.startsWith(`${sysroot.path}/`)) return false
  return systemDirectoryOf(real) !== null || hostDirectories(host).includes(dirname(real))
}

/** True for a file of another libc's surroundings: the host's, or a sysroot's that is not the column's. */
export function isForeign(real: string, search: Search): boolean {
  return isHostFile(real, search) || search.others.some((root) => real.startsWith(`${root}/`))
}

function findInSysroot(name: string, from: Loaded, search: Search): Loaded | Broken | null {
  const { sysroot, host } = search
  const isHost = sysroot.path === '/'
  const directories = isHost ? [...sysroot.libraryPath, ...hostDirectories(host)] : sysroot.libraryPath
  for (const directory of directories.flatMap(withHwcaps)) {
    const path = `${directory}/${name}`
    const found = candidate(isHost ? path : insideRoot(sysroot.path, path), from, search)
    if (found !== null) return found
  }
  return null
}

function hostDirectories(host: Sysroot | null): readonly string[] {
  return host === null ? hostLibraryDirs() : [...new Set([...host.libraryPath, ...hostLibraryDirs()])]
}

/** Optimised builds lie below `glibc-hwcaps` (from 2.33); for a verdict any of them is as good as the plain one. */
function withHwcaps(directory: string): readonly string[] {
  const levels = ['x86-64-v3', 'x86-64-v2']
  if (statSync(`${directory}/glibc-hwcaps`, { throwIfNoEntry: false }) === undefined) return [directory]
  return [directory, ...levels.map((level) => `${directory}/glibc-hwcaps/${level}`)]
}

/** Objects of another machine or class are passed over; anything else that is no ELF file stops ld.so. */
function candidate(path: string, from: Loaded, { main }: Search): Loaded | Broken | null {
  const file = knownFile(path)
  if ('errno' in file) return null
  const content = file.content()
  if (content.type === 'unreadable') return { broken: content.message }
  if (content.type !== 'elf') return { broken: `${path}: invalid ELF header` }
  const { elf } = content
  if (elf.machine !== main.machine || elf.bits !== main.bits || elf.byteOrder !== main.byteOrder) return null
  return { path, real: file.real, id: file.id, elf, loader: from }
}

/** An absolute link of a sysroot starts again at its root, where the kernel would lead out of it. */
function insideRoot(root: string, path: string): string {
  let inside = path
  for (let hops = 0; hops < 40 && lstatSync(inside, { throwIfNoEntry: false })?.isSymbolicLink(); hops++) {
    const target = readlinkSync(inside)
    inside =
      target.startsWith('/') && !target.startsWith(`${root}/`) ? `${root}${target}` : absolute(target, dirname(inside))
  }
  return inside
}

function absolute(path: string, directory: string): string {
  return path.startsWith('/') ? path : `${directory}/${path}`
}

/** Files that LD_PRELOAD names: separated by spaces or colons; one that can't be had is only warned of (ld.so(8)). */
export function preloaded(value: string | undefined, main: Loaded, search: Search): readonly Loaded[] {
  const names = splitPath(value, /[ :]+/).filter((name) => name !== '')
  const found = names.map((name) => findLibrary(name, main, search) ?? findOnHost(name, main, search))
  return found.filter((object): object is Loaded => object !== null && 'real' in object)
}
