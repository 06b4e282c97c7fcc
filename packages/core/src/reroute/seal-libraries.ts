import { lstatSync, readdirSync, readlinkSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Sysroot } from '../sysroot/sysroot.js'
import { makeReadable } from './readable.js'

export type Link = (target: string, path: string) => void

/** One directory for all of the sysroot's libraries, since ld.so's table may have room for a single one. Answers their names. */
export function linkLibraries(sysroot: Sysroot, libraries: string, link: Link): string[] {
  makeReadable(libraries)
  const found = librariesOf(sysroot)
  for (const [name, path] of found) link(insideRoot(sysroot.path, path), join(libraries, name))
  const names = [...found.keys()]
  linkVariants(sysroot, libraries, names)
  return names
}

/** File names of what a sysroot's library directories offer, and the first path of each. */
function librariesOf({ libraryPath }: Sysroot): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const directory of libraryPath) {
    for (const name of readdirSync(directory)) {
      if (found.has(name) || !(name.includes('.so') || name === 'glibc-hwcaps')) continue
      found.set(name, join(directory, name))
    }
  }
  return found
}

/**
 * ld.so looks for variants of a library for this processor first, in eight to sixteen directories that don't exist, by two system
 * calls each (glibc elf/dl-load.c, open_path). Here they lead back to the one that there is, so that it finds a library at its first try.
 */
function linkVariants({ machine, musl, glibc }: Sysroot, libraries: string, taken: readonly string[]): void {
  if (machine !== 'x86_64' || musl) return
  const [, minor = 0] = glibc.split('.').map(Number)
  const variants = [...(minor < 37 ? legacyVariants : []), ...(minor >= 33 ? levels : [])]
  for (const name of variants) if (!taken.includes(name)) symlinkSync('.', join(libraries, name))
}

// glibc elf/dl-hwcaps.c and sysdeps/x86/dl-hwcap.h; sysdeps/x86_64/dl-hwcaps_subdirs.c.
const legacyVariants = ['tls', 'x86_64', 'haswell', 'xeon_phi', 'avx512_1']
const levels = ['glibc-hwcaps', 'x86-64-v4', 'x86-64-v3', 'x86-64-v2']

/** Follows absolute links inside the root, where the kernel would follow them out of it. */
function insideRoot(root: string, path: string): string {
  let inside = path
  for (let hops = 0; hops < 40; hops++) {
    if (!lstatSync(inside, { throwIfNoEntry: false })?.isSymbolicLink()) return inside
    const target = readlinkSync(inside)
    inside = target.startsWith('/') ? join(root, target) : join(dirname(inside), target)
  }
  return inside
}
