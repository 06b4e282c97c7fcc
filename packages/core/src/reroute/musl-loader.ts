import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readPlainLinkage } from '../elf/linkage.js'
import { makeReadable, writeReadable } from './readable.js'
import { findStrings } from './strings.js'

/**
 * Where musl's loader is started from: a link to the sysroot's own file, which is the libc too, so that what a process maps is
 * the very file. The loader looks for its list of library directories from where its name says that it lies
 * (ldso/dynlink.c: `../etc/ld-musl-ARCH.path`), and so finds ours without an option. Answers its path below `directory`; null when
 * it names no such list.
 */
export function placeMusl(
  loader: string,
  directory: string,
  libraries: string,
  link: (target: string, path: string) => void,
): string | null {
  const name = listName(readFileSync(loader))
  if (name === null) return null
  const [lib, etc] = [join(directory, 'lib'), join(directory, 'etc')] as const
  for (const each of [directory, lib, etc]) makeReadable(each)
  writeReadable(join(etc, `${name}.path`), `${libraries}\n`)
  link(loader, join(lib, `${name}.so.1`))
  return join('lib', `${name}.so.1`)
}

/** What this loader's list of directories is called, without its ending. */
export function listName(loader: Buffer): string | null {
  return /\/etc\/(ld-musl-[\w-]+)\.path\0/.exec(loader.toString('latin1'))?.[1] ?? null
}

/**
 * The shim without the functions that this musl doesn't have: it stands before those of any libc, and a program that needs one
 * which is not there must not find it in the shim. The names alone are made unfindable; no table moves.
 */
export function withoutOthersNames(shim: Buffer, path: string, libc: string): Buffer {
  const own = new Set(readPlainLinkage(libc).defines)
  const copy = Buffer.from(shim)
  for (const name of readPlainLinkage(path).defines.filter((each) => !own.has(each)))
    for (const at of findStrings(copy, name)) copy[at] = 1
  return copy
}
