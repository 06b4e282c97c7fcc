import { randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { GlibcMatrixError } from '../errors.js'
import { refuseNewerFormat } from '../newer-format.js'
import type { HashedFiles } from './hashed-files.js'
import { tryLock } from './lock.js'
import { fileDigest, type ManifestEntry, manifestDigest, readTree } from './manifest.js'
import { makeReadOnly, removeTree } from './read-only.js'
import { type Environment, FORMAT, namesIn, storePaths } from './store.js'
import type { InstalledPackage } from './sysroot.js'
import { holdersOf } from './uses.js'

/** manifest.json beside the `root` of a tree. */
export interface TreeManifest {
  readonly format: typeof FORMAT
  readonly digest: string
  /** What it was first installed from. */
  readonly spec: string
  readonly packages: readonly InstalledPackage[]
  readonly files: readonly ManifestEntry[]
}

const MANIFEST = 'manifest.json'

/** A tree is called by its content; 128 bits of it keep paths short, and the whole digest is in the manifest. */
export function treeDirectory(env: Environment, digest: string): string {
  return join(storePaths(env).trees, digest.slice(0, 32))
}

/**
 * The manifest of a tree; null when the tree isn't there.
 *
 * @throws GlibcMatrixError SYSROOT_DAMAGED when it is not the manifest that gave the tree its name, FORMAT_TOO_NEW.
 */
export function readManifest(env: Environment, digest: string): TreeManifest | null {
  const directory = treeDirectory(env, digest)
  if (statSync(directory, { throwIfNoEntry: false }) === undefined) return null
  const path = join(directory, MANIFEST)
  const manifest = parse(path)
  const isWhole = Array.isArray(manifest?.files) && Array.isArray(manifest.packages)
  if (isWhole && manifestDigest(manifest.files) === digest) return manifest as TreeManifest
  throw damaged(directory, `${MANIFEST} ${manifest === null ? 'is missing or damaged' : 'was changed'}`)
}

/**
 * Writes the manifest of a finished tree beside its `root`, and answers the digest that names it. `unsynced` are the files that may not be
 * on the disk yet: all but those that the tree shares with the package cache.
 */
export function writeManifest(
  scratch: string,
  origin: Pick<TreeManifest, 'spec' | 'packages'>,
  hashed: Pick<HashedFiles, 'find'>,
): { readonly digest: string; readonly unsynced: readonly string[] } {
  const unsynced = [join(scratch, MANIFEST)]
  const files = readTree(join(scratch, 'root'), (path, stat) => hashed.find(stat) ?? digestOf(path))
  const digest = manifestDigest(files)
  const { spec, packages } = origin
  const manifest: TreeManifest = { format: FORMAT, digest, spec, packages, files }
  writeFileSync(join(scratch, MANIFEST), `${JSON.stringify(manifest)}\n`, { mode: 0o444 })
  return { digest, unsynced }

  function digestOf(path: string): string {
    unsynced.push(path)
    return fileDigest(path)
  }
}

/** Puts a tree with its manifest in its place by one rename, read-only; answers false, and leaves it, when one is there already. */
export function commitTree(env: Environment, scratch: string, digest: string): boolean {
  const directory = treeDirectory(env, digest)
  mkdirSync(storePaths(env).trees, { recursive: true, mode: 0o775 })
  makeReadOnly(join(scratch, 'root'))
  try {
    renameSync(scratch, directory)
    // Only now: rename(2) writes the `..` of what it moves.
    chmodSync(directory, 0o555)
    return true
  } catch (error) {
    if (!['EEXIST', 'ENOTEMPTY'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
    removeTree(scratch)
    return false
  }
}

/** A new directory on the store's file system, for the holder of the lock of `key`. */
export function makeScratch(env: Environment, key: string): string {
  const scratch = join(storePaths(env).scratch, `${key}~${randomBytes(6).toString('hex')}`)
  mkdirSync(scratch, { recursive: true, mode: 0o775 })
  return scratch
}

/** Removes what killed installs of `key` left; only for the holder of its lock. */
export function sweepScratch(env: Environment, key: string): void {
  const { scratch } = storePaths(env)
  const left = namesIn(scratch).filter((name) => name.startsWith(`${key}~`))
  for (const name of left) removeTree(join(scratch, name))
}

/** Removes what any killed install left. */
export async function sweepAllScratch(env: Environment): Promise<void> {
  const keys = new Set(namesIn(storePaths(env).scratch).map((name) => name.replace(/~.*$/s, '')))
  for (const key of keys) await tryLock(env, key, async () => sweepScratch(env, key))
}

/**
 * Deletes a tree that nobody uses; answers false, and leaves it, when a process runs programs on it. It is out of the store
 * before it is deleted, and back at once if a process came in between.
 */
export function deleteTree(env: Environment, digest: string): boolean {
  const directory = treeDirectory(env, digest)
  const isHeld = () => holdersOf(env, basename(directory)).length > 0
  if (isHeld()) return false
  const { scratch } = storePaths(env)
  mkdirSync(scratch, { recursive: true, mode: 0o775 })
  const aside = join(scratch, `old~${randomBytes(6).toString('hex')}`)
  try {
    chmodSync(directory, 0o755)
    renameSync(directory, aside)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return true
    throw error
  }
  if (isHeld()) {
    renameSync(aside, directory)
    chmodSync(directory, 0o555)
    return false
  }
  removeTree(aside)
  return true
}

/** What a look at a tree that is not as it was installed ends in. */
export function damaged(directory: string, fault: string): GlibcMatrixError {
  return new GlibcMatrixError(
    'SYSROOT_DAMAGED',
    `The installed sysroot in ${directory} is not as it was installed: ${fault}`,
    'See what else was changed (glibc-matrix verify), and by whom; then glibc-matrix remove it, and add it again.',
    { directory, fault },
  )
}

function parse(path: string): Partial<TreeManifest> | null {
  let manifest: Partial<TreeManifest> | null
  try {
    manifest = JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return null
  }
  refuseNewer(path, manifest?.format)
  return manifest
}

/** A file of the store that a newer glibc-matrix wrote is refused by name, and never taken for damage. */
export function refuseNewer(path: string, format: unknown): void {
  refuseNewerFormat(path, format, FORMAT, 'Update glibc-matrix, or set GLIBC_MATRIX_HOME to a store of its own.')
}
