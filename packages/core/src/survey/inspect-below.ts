import {
  closeSync,
  constants,
  type Dirent,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
  statSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { type Inspection, inspect } from '../elf/inspect.js'
import { inspectTarball, isTarball } from './inspect-tarball.js'
import { packedFormat } from './packed.js'

/**
 * Inspects files, and what is ELF below directories and in tarballs. A file that is named gets its answer whatever it is;
 * one that can't be read gets an answer too, as a gate must not pass what it could not see. Each file once, by its real
 * path. Links are followed where packages are linked: directly in `node_modules` and its scopes.
 *
 * @throws GlibcMatrixError ARCHIVE_MALFORMED, ELF_NOT_READABLE for a tarball.
 */
export async function inspectBelow(paths: readonly string[]): Promise<Inspection[]> {
  const found: Inspection[] = []
  const seen = new Set<string>()
  for (const path of paths) {
    if (isDirectory(path)) found.push(...[...filesBelow(path, seen)].flatMap(inspectIfElf))
    else if (isTarball(path)) found.push(...(await inspectTarball(path)))
    else found.push(inspectNamed(path))
  }
  return found
}

/** What is packed in another format would pass unseen. */
function inspectNamed(path: string): Inspection {
  const format = packedFormat(path)
  if (format === null) return inspect(path)
  const message = `${path} is packed (${format}), and was not looked into`
  return { path, error: { code: 'ELF_NOT_READABLE', message, hint: 'Unpack it, and name the directory.' } }
}

/** Whether the path leads to a directory. */
export function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}

/** Every regular file below a directory, in the order of names. */
export function* filesBelow(directory: string, seen: Set<string>): Generator<string> {
  const real = realpathSync(directory)
  if (seen.has(real)) return
  seen.add(real)
  const entries = entriesOf(directory)
  if (entries === null) yield directory
  for (const entry of entries ?? []) {
    const path = join(directory, entry.name)
    if (entry.isDirectory()) yield* filesBelow(path, seen)
    else if (entry.isFile()) yield* fresh(path, seen)
    else if (entry.isSymbolicLink() && holdsPackages(directory) && isDirectory(path)) yield* filesBelow(path, seen)
  }
}

/** Null for a directory that may not be read; as a file its inspection then says so. */
function entriesOf(directory: string): Dirent[] | null {
  try {
    return readdirSync(directory, { withFileTypes: true }).sort(byName)
  } catch {
    return null
  }
}

function* fresh(path: string, seen: Set<string>): Generator<string> {
  const { dev, ino, nlink } = lstatSync(path)
  const id = `${dev}:${ino}`
  if (seen.has(id)) return
  if (nlink > 1) seen.add(id)
  yield path
}

function holdsPackages(directory: string): boolean {
  const parent = basename(directory).startsWith('@') ? dirname(directory) : directory
  return basename(parent) === 'node_modules'
}

/** Programs and libraries; object files and debug information are loaded by nobody. */
function inspectIfElf(path: string): Inspection[] {
  if (!hasElfMagic(path)) return []
  const inspection = inspectNamed(path)
  return 'error' in inspection || inspection.kind !== 'object' ? [inspection] : []
}

/** Whether a file begins as ELF does; true also for one that cannot be opened: whoever reads it then says why. */
export function hasElfMagic(path: string): boolean {
  const magic = Buffer.alloc(4)
  try {
    const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY)
    try {
      return readSync(fd, magic, 0, 4, 0) === 4 && magic.toString('latin1') === '\x7fELF'
    } finally {
      closeSync(fd)
    }
  } catch {
    return true
  }
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : 1
}
