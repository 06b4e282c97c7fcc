import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { GlibcMatrixError } from '../errors.js'
import { storeFailure } from './store-failure.js'
import type { InstalledPackage, Sysroot } from './sysroot.js'
import { fileDigest } from './tree-digest.js'

/** Environment variables by name, as process.env. */
export type Environment = Readonly<Record<string, string | undefined>>

/** What the store knows of an installed sysroot besides its files (sysroot.json); paths are left to the files themselves. */
export interface StoredSysroot {
  readonly format: 1
  readonly name: string
  readonly spec: string
  readonly arch: string | null
  readonly digest: string
  readonly packages: readonly InstalledPackage[]
  /** sha256 of the two files that everything hangs on, so that a look at them tells a damaged sysroot. */
  readonly loaderSha256: string
  readonly libcSha256: string
}

const FORMAT = 1
const RECORD = 'sysroot.json'

/** Where sysroots are kept: `$GLIBC_MATRIX_HOME`, else below the XDG cache (XDG Base Directory Specification). */
export function storeDirectory(env: Environment): string {
  const cache = env.XDG_CACHE_HOME?.startsWith('/') ? env.XDG_CACHE_HOME : join(env.HOME || homedir(), '.cache')
  return join(env.GLIBC_MATRIX_HOME || join(cache, 'glibc-matrix'), 'sysroots')
}

/** Names of what is installed; what a killed install left begins with a dot and is none of them. */
export function storedKeys(env: Environment): readonly string[] {
  return namesIn(storeDirectory(env)).filter((name) => !name.startsWith('.'))
}

/** Reads the record of an installed sysroot; null when there is none that is whole. A newer format is refused by name. */
export function readStored(env: Environment, key: string): StoredSysroot | null {
  const path = join(storeDirectory(env), key, RECORD)
  let record: Partial<StoredSysroot> | null
  try {
    record = JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return null
  }
  if (record?.format === FORMAT) return isWhole(record) ? record : null
  if (!(Number(record?.format) > FORMAT)) return null
  throw new GlibcMatrixError(
    'FORMAT_TOO_NEW',
    `${path} is of format ${record?.format}, this glibc-matrix reads ${FORMAT}`,
    'Update glibc-matrix, or remove that directory and install the sysroot again.',
    { path, format: record?.format },
  )
}

function isWhole(record: Partial<StoredSysroot>): record is StoredSysroot {
  const texts = [record.name, record.spec, record.digest, record.loaderSha256, record.libcSha256]
  return texts.every((text) => typeof text === 'string') && Array.isArray(record.packages)
}

/** Writes the record into a sysroot that is about to be renamed to its place. */
export function writeStored(directory: string, sysroot: Sysroot, arch: string | null): void {
  const { name, spec, digest, packages, loader, libc } = sysroot
  const hashes = { loaderSha256: fileDigest(loader), libcSha256: fileDigest(libc.path) }
  const stored: StoredSysroot = { format: FORMAT, name, spec, arch, digest, packages, ...hashes }
  writeFileSync(join(directory, RECORD), `${JSON.stringify(stored, null, 2)}\n`)
}

/** A new directory beside the place of `key`, on the same file system, so that a rename puts it there whole. */
export function makeScratch(env: Environment, key: string): string {
  const scratch = join(storeDirectory(env), `.tmp-${key}-${process.pid}-${Date.now().toString(36)}`)
  mkdirSync(scratch, { recursive: true })
  return scratch
}

/** Removes what killed installs of `key` left; only for the holder of its lock. */
export function sweepScratch(env: Environment, key: string): void {
  const store = storeDirectory(env)
  const left = namesIn(store).filter((name) => name.startsWith(`.tmp-${key}-`) || name.startsWith(`.old-${key}-`))
  // A build that was orphaned writes for another moment.
  for (const name of left) rmSync(join(store, name), { recursive: true, force: true, maxRetries: 10 })
}

/** Puts a finished sysroot in its place. What is there moves aside first: the place holds the old one or the new one, never a mixture. */
export function commitScratch(env: Environment, key: string, scratch: string): void {
  setAside(env, key)
  renameSync(scratch, join(storeDirectory(env), key))
  sweepScratch(env, key)
}

/** Takes a sysroot out of the store in one step, then deletes it. */
export function deleteStored(env: Environment, key: string): void {
  setAside(env, key)
  sweepScratch(env, key)
}

function setAside(env: Environment, key: string): void {
  const store = storeDirectory(env)
  if (!namesIn(store).includes(key)) return
  renameSync(join(store, key), join(store, `.old-${key}-${process.pid}-${Date.now().toString(36)}`))
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory).sort()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw storeFailure(error, directory)
  }
}
