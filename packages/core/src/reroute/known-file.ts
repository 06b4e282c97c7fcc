import { realpathSync, type Stats, statSync } from 'node:fs'
import type { ElfFile } from '../elf/elf-file.js'
import { readElf } from '../elf/read.js'
import { readShebang, type Shebang } from '../elf/shebang.js'
import { isGlibcMatrixError } from '../errors.js'
import { mayExecute } from './may-execute.js'

/** What a regular file is, kept as long as its stat says that it is the same one. */
export interface KnownFile {
  /** As the caller spelled it. */
  readonly path: string
  readonly real: string
  /** Device and inode: one file under any name. */
  readonly id: string
  readonly executable: boolean
  readonly content: () => FileContent
}

export type FileContent =
  | { readonly type: 'elf'; readonly elf: ElfFile }
  | { readonly type: 'script'; readonly shebang: Shebang }
  | { readonly type: 'text' }
  | { readonly type: 'unreadable'; readonly message: string }

/** The errno with which the kernel would refuse a path (`ENOENT`, `EACCES`, `ELOOP` …). */
export interface Errno {
  readonly errno: string
  readonly path: string
}

interface Entry {
  readonly stat: Stats
  readonly file: KnownFile
}

const known = new Map<string, Entry>()

/** Files whose path shows a copy in this process's mount namespace, by the copy's device and inode. */
const shown = new Map<string, KnownFile>()

/** From now on a path that shows `copy` is still known as the file that it hides. */
export function knownBehind(copy: string, file: KnownFile): void {
  file.content()
  const { dev, ino } = statSync(copy)
  shown.set(`${dev}:${ino}`, file)
}

/** Looks a path up; one stat when nothing changed. A directory, FIFO or device is EACCES, as execve(2) says. */
export function knownFile(path: string): KnownFile | Errno {
  const stat = statOrErrno(path)
  if (typeof stat === 'string') return { errno: stat, path }
  const entry = known.get(path)
  if (entry !== undefined && isSame(entry.stat, stat) && leadsThere(path, stat, entry.file.real)) return entry.file
  if (!stat.isFile()) return { errno: 'EACCES', path }
  try {
    const file = describe(path, stat)
    known.set(path, { stat, file })
    return file
  } catch (error) {
    // Gone between stat and realpath.
    return { errno: errnoOf(error), path }
  }
}

function statOrErrno(path: string): Stats | string {
  try {
    return statSync(path, { throwIfNoEntry: false }) ?? 'ENOENT'
  } catch (error) {
    return errnoOf(error)
  }
}

/** ctime changes with mode, owner, ACL and link count too, so access and content need no second look. */
function isSame(a: Stats, b: Stats): boolean {
  return a.ino === b.ino && a.ctimeMs === b.ctimeMs && a.mtimeMs === b.mtimeMs && a.size === b.size && a.dev === b.dev
}

/** A link on the way may lead to another name of the same file since, and `$ORIGIN` of a program is where its name is. */
function leadsThere(path: string, { nlink, dev, ino }: Stats, real: string): boolean {
  if (nlink > 1) return realOrNull(path) === real
  if (path === real) return true
  const there = statSync(real, { throwIfNoEntry: false })
  return there?.ino === ino && there.dev === dev
}

function realOrNull(path: string): string | null {
  try {
    return realpathSync.native(path)
  } catch {
    return null
  }
}

function describe(path: string, stat: Stats): KnownFile {
  let content: FileContent | undefined
  const hidden = shown.get(`${stat.dev}:${stat.ino}`)
  if (hidden !== undefined) return { ...hidden, path }
  return {
    path,
    real: realpathSync.native(path),
    id: `${stat.dev}:${stat.ino}`,
    executable: mayExecute(path),
    content: () => {
      content ??= contentOf(path)
      return content
    },
  }
}

function contentOf(path: string): FileContent {
  try {
    const elf = readElf(path)
    if (elf.kind === 'not-elf') return { type: 'text' }
    if (elf.kind !== 'script') return { type: 'elf', elf }
    const shebang = readShebang(path)
    return shebang === null ? { type: 'text' } : { type: 'script', shebang }
  } catch (error) {
    if (!isGlibcMatrixError(error)) throw error
    return { type: 'unreadable', message: error.message }
  }
}

function errnoOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'EIO'
}
