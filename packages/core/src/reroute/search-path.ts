import { dirname } from 'node:path'
import type { ElfFile } from '../elf/elf-file.js'

/** What a search path depends on besides the object that needs a library. */
export interface SearchPath {
  /** The child's, for empty and relative elements. */
  readonly cwd: string
  /** LD_LIBRARY_PATH of the child's environment. */
  readonly libraryPath: string | undefined
  /** What $LIB stands for in the loader at hand. */
  readonly lib: string
  /** What $PLATFORM stands for. */
  readonly platform: string
  /** By the rules of musl's loader. */
  readonly isMusl?: boolean
}

/** An object in the chain of those that needed each other, the program last. */
export interface Chained {
  readonly path: string
  readonly elf: ElfFile
  readonly loader: Chained | null
}

/**
 * Directories before the default ones, in ld.so's order: DT_RPATH of the object and of all that led to it, unless the
 * object has a DT_RUNPATH; LD_LIBRARY_PATH; the object's DT_RUNPATH (glibc elf/dl-load.c).
 */
export function searchDirectories(from: Chained, search: SearchPath): readonly string[] {
  const main = chain(from).at(-1) ?? from
  if (search.isMusl) return muslDirectories(from, main, search)
  const rpaths = from.elf.runpath === null ? chain(from).flatMap((object) => rpathOf(object, search)) : []
  const given = expand(splitPath(search.libraryPath, /[:;]/), main, search)
  const runpath = expand(splitPath(from.elf.runpath, /:/), from, search)
  return [...new Set([...rpaths, ...given, ...runpath])]
}

/** musl tells DT_RPATH and DT_RUNPATH not apart, hands both on, and puts LD_LIBRARY_PATH before them (ldso/dynlink.c). */
function muslDirectories(from: Chained, main: Chained, search: SearchPath): readonly string[] {
  const given = expand(splitPath(search.libraryPath, /[:\n]/), main, search)
  const own = chain(from).flatMap((object) =>
    expand(splitPath(object.elf.runpath ?? object.elf.rpath, /:/), object, search),
  )
  return [...new Set([...given, ...own])]
}

/** Splits a path variable; an empty one is as good as none, an empty element is the current directory. */
export function splitPath(value: string | null | undefined, separator: RegExp): readonly string[] {
  return value === null || value === undefined || value === '' ? [] : value.split(separator)
}

/** True when an element of the path means another directory for another cwd. */
export function dependsOnCwd(value: string | null | undefined): boolean {
  return splitPath(value, /[:; ]/).some((element) => !/^(\/|\$\{?ORIGIN\b)/.test(element))
}

function chain(from: Chained): readonly Chained[] {
  return from.loader === null ? [from] : [from, ...chain(from.loader)]
}

/** DT_RPATH counts for nothing in an object that has a DT_RUNPATH (glibc elf/get-dynamic-info.h). */
function rpathOf(object: Chained, search: SearchPath): readonly string[] {
  return object.elf.runpath === null ? expand(splitPath(object.elf.rpath, /:/), object, search) : []
}

function expand(elements: readonly string[], owner: Chained, search: SearchPath): readonly string[] {
  return elements.map((element) => {
    const directory = expandTokens(element, owner, search)
    return directory.startsWith('/') ? directory : `${search.cwd}/${directory}`
  })
}

/** Dynamic string tokens (ld.so(8)). */
function expandTokens(text: string, owner: Chained, { lib, platform }: SearchPath): string {
  const values: Readonly<Record<string, string>> = { ORIGIN: dirname(owner.path), LIB: lib, PLATFORM: platform }
  const token = /\$(?:\{(ORIGIN|LIB|PLATFORM)\}|(ORIGIN|LIB|PLATFORM)(?![A-Za-z0-9_]))/g
  return text.replace(token, (_, braced, bare) => values[braced ?? bare] ?? '')
}
