import { basename } from 'node:path'
import type { HostLibrary, MissingLibrary } from './decision.js'
import { refusalToLend } from './lending.js'
import {
  findLibrary,
  findOnHost,
  isHostFile,
  isTiedToLibc,
  type Loaded,
  loadedLoader,
  preloaded,
  type Search,
} from './library-search.js'

/** All that ld.so would load for a program, in its order. */
export interface Closure {
  readonly objects: readonly Loaded[]
  /** By every name under which another object may need it. */
  readonly byName: ReadonlyMap<string, Loaded>
  readonly missing: readonly MissingLibrary[]
  readonly lent: readonly HostLibrary[]
}

/** Follows NEEDED breadth first, each name and each file once, as glibc's elf/dl-deps.c does. */
export function closure(
  main: Loaded,
  preload: string | undefined,
  lending: 'allow' | 'refuse',
  search: Search,
): Closure {
  const objects: Loaded[] = []
  const byName = new Map<string, Loaded>()
  const missing = new Map<string, MissingLibrary>()
  const lent: HostLibrary[] = []

  const add = (object: Loaded, name: string) => {
    const twin = objects.find(({ id }) => id === object.id)
    const known = twin ?? object
    for (const alias of [name, known.elf.soname ?? name]) if (!byName.has(alias)) byName.set(alias, known)
    if (twin !== undefined) return
    objects.push(object)
    const soname = basename(name)
    // A libc that a NEEDED names by path is loaded, but the host doesn't lend it: what the process maps will tell.
    if (object === main || isTiedToLibc(soname) || !isHostFile(object.real, search)) return
    lent.push({ soname, path: object.real })
  }

  add(main, main.path)
  addLoader(main, search, add)
  for (const object of preloaded(preload, main, search)) add(object, object.path)
  for (const object of objects) {
    for (const name of object.elf.needed) {
      if (byName.has(name) || missing.has(name)) continue
      const found = resolve(name, object, byName, lending, search)
      if (typeof found === 'object') add(found, name)
      else missing.set(name, { soname: name, requiredBy: object.path, refused: found === '' ? null : found })
    }
  }
  return { objects, byName, missing: [...missing.values()], lent }
}

/** ld.so is there before anything else, under its soname and the name in PT_INTERP. */
function addLoader(main: Loaded, { sysroot }: Search, add: (object: Loaded, name: string) => void): void {
  const loader = loadedLoader(sysroot, main)
  if (loader !== null) add(loader, sysroot.loader)
}

/** The library, or why it can't be had: an empty reason when nobody has it. */
function resolve(
  name: string,
  from: Loaded,
  byName: ReadonlyMap<string, Loaded>,
  lending: 'allow' | 'refuse',
  search: Search,
): Loaded | string {
  const found = findLibrary(name, from, search)
  if (found !== null && 'broken' in found) return found.broken
  const onHost = found ?? (search.sysroot.path === '/' ? null : findOnHost(name, from, search))
  if (onHost === null) return ''
  if (name.includes('/') || !isHostFile(onHost.real, search)) return onHost
  if (search.sysroot.musl) return "the host's is never taken into a column of musl"
  if (isTiedToLibc(name)) return "it belongs to a libc, so the host's is never taken"
  if (lending === 'refuse') return "hostLibraries: 'refuse'"
  if (found !== null) return found
  return refusalToLend(onHost, byName, search) ?? onHost
}
