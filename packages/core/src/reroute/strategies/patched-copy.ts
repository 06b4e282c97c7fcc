import { createHash } from 'node:crypto'
import {
  type BigIntStats,
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  linkSync,
  mkdirSync,
  openSync,
  rmSync,
  statSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { threadId } from 'node:worker_threads'
import { isPrivileged } from '../privileged.js'
import { type ElfEdit, editProgram } from './patched-elf.js'

/** A copy of a program whose interpreter is a sealed loader, or why there can be none. */
export type PatchedCopy = { readonly copy: string } | { readonly refusal: string }

/** By what tells a copy from others, as text: a digest of it names the directory, and takes longer than all of the rest. */
const known = new Map<string, PatchedCopy>()

/**
 * The copy of a program for one loader and search path, made once a run: `moved` tells that it runs from where it lies, so
 * that $ORIGIN must be written out. It is kept beside the loader under the program's
 * identity (device, inode, times, size), so a program that is built anew gets a new one. Many workers may ask at once.
 */
export function patchedCopy(
  program: string,
  loader: string,
  searchPath: string | null,
  moved: boolean,
  preload: string | null = null,
): PatchedCopy {
  const stat = statSync(program, { bigint: true, throwIfNoEntry: false })
  if (stat === undefined) return { refusal: `${program} is gone` }
  const edit: ElfEdit = { interpreter: loader, searchPath, origin: moved ? dirname(program) : null, preload }
  const identity = identityOf(stat, edit)
  const key = `${program}\0${identity}`
  const found = known.get(key)
  if (found !== undefined) return found
  const digest = createHash('sha256').update(identity).digest('hex').slice(0, 24)
  const made = makeCopy(program, join(dirname(loader), 'c', digest, basename(program)), edit)
  known.set(key, made)
  return made
}

function identityOf({ dev, ino, mtimeNs, ctimeNs, size }: BigIntStats, edit: ElfEdit): string {
  return JSON.stringify([...[dev, ino, mtimeNs, ctimeNs, size].map(String), edit])
}

/** The name stays the program's own, which execve(2) makes the process's comm. */
function makeCopy(program: string, path: string, edit: ElfEdit): PatchedCopy {
  if (isPrivileged(program)) return { refusal: 'a set-user-ID program: a copy has no privilege' }
  const directory = dirname(path)
  const fresh = join(directory, `.${process.pid}.${threadId}`)
  try {
    if (statSync(path, { throwIfNoEntry: false }) !== undefined) return { copy: path }
    // Children of other users, whom root may start, go through to a file; nobody can list.
    mkdirSync(directory, { recursive: true, mode: 0o711 })
    const refusal = writeCopy(program, fresh, edit)
    if (refusal !== null) return { refusal }
    publish(fresh, path)
    return { copy: path }
  } catch (error) {
    return { refusal: `it can't be copied: ${(error as Error).message}` }
  } finally {
    rmSync(fresh, { force: true })
  }
}

function writeCopy(program: string, fresh: string, edit: ElfEdit): string | null {
  copyFileSync(program, fresh, constants.COPYFILE_FICLONE)
  chmodSync(fresh, 0o755)
  const fd = openSync(fresh, constants.O_RDWR | constants.O_NOFOLLOW)
  try {
    return editProgram(fd, edit)
  } finally {
    closeSync(fd)
  }
}

/** The first one stays: another worker's process may already run it. */
function publish(fresh: string, path: string): void {
  try {
    linkSync(fresh, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}
