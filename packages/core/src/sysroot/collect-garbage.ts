import { lstatSync, readdirSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { keptTrees } from './kept-locks.js'
import { tryLock } from './lock.js'
import { readRecord, storedKeys } from './records.js'
import { type Environment, namesIn, storeDirectory, storePaths } from './store.js'
import { storeFailure } from './store-failure.js'
import { deleteTree, sweepAllScratch, treeDirectory } from './trees.js'
import { upgradeStore } from './upgrade.js'
import { holdersOf } from './uses.js'

/** What was removed; `bytes` are those of its files that nothing else has a name of, as a package's have in a tree. */
export interface Garbage {
  readonly kind: 'sysroot' | 'package' | 'companions' | 'log'
  readonly path: string
  readonly bytes: number
}

/** Logs of failed builds are read soon or never, in milliseconds. */
const LOG_AGE = 30 * 24 * 3_600_000

/**
 * Removes what no name and no lock file of a project leads to, and what killed installs left; never what a process uses.
 *
 * @throws GlibcMatrixError LOCK_MALFORMED, SYSROOT_DAMAGED for a record that doesn't say what to keep, STORE_NOT_WRITABLE.
 */
export async function collectGarbage(env: Environment = process.env): Promise<readonly Garbage[]> {
  upgradeStore(env)
  try {
    const records = storedKeys(env).flatMap((key) => readRecord(env, key) ?? [])
    const kept = [...records, ...keptTrees(env)]
    await sweepAllScratch(env)
    return [...unnamedTrees(env, kept), ...unusedPackages(env, kept), ...(await unheldCompanions(env)), ...oldLogs(env)]
  } catch (error) {
    throw storeFailure(error, storeDirectory(env))
  }
}

interface Kept {
  readonly digest: string | null
  readonly packages: readonly { readonly sha256: string }[]
}

function unnamedTrees(env: Environment, kept: readonly Kept[]): readonly Garbage[] {
  const { trees } = storePaths(env)
  const wanted = new Set(kept.flatMap(({ digest }) => (digest === null ? [] : [treeDirectory(env, digest)])))
  return namesIn(trees).flatMap((name) => {
    const path = join(trees, name)
    if (wanted.has(path)) return []
    const bytes = sizeOf(path)
    return deleteTree(env, name) ? [{ kind: 'sysroot', path, bytes }] : []
  })
}

function unusedPackages(env: Environment, kept: readonly Kept[]): readonly Garbage[] {
  const { packages } = storePaths(env)
  if (holdersOf(env, 'packages').length > 0) return []
  const wanted = new Set(kept.flatMap((each) => each.packages.map(({ sha256 }) => sha256)))
  return namesIn(packages).flatMap((name) => (wanted.has(name) ? [] : removed('package', join(packages, name))))
}

/** They are copies of installed libraries, and made again in no time. */
async function unheldCompanions(env: Environment): Promise<readonly Garbage[]> {
  const companions = join(dirname(storeDirectory(env)), 'companions')
  const all: Garbage[] = []
  for (const name of namesIn(companions)) {
    const key = `companions-${name.replace(/\.tmp$/, '')}`
    const path = join(companions, name)
    const take = async () => (holdersOf(env, key).length > 0 ? [] : removed('companions', path))
    all.push(...((await tryLock(env, key, take)) ?? []))
  }
  return all
}

function oldLogs(env: Environment): readonly Garbage[] {
  const logs = join(dirname(storeDirectory(env)), 'logs')
  const isOld = (path: string) => Date.now() - statSync(path).mtimeMs > LOG_AGE
  return namesIn(logs).flatMap((name) => (isOld(join(logs, name)) ? removed('log', join(logs, name)) : []))
}

function removed(kind: Garbage['kind'], path: string): readonly Garbage[] {
  const bytes = sizeOf(path)
  rmSync(path, { recursive: true, force: true })
  return [{ kind, path, bytes }]
}

function sizeOf(path: string): number {
  const stat = lstatSync(path, { throwIfNoEntry: false })
  if (stat?.isDirectory() !== true) return stat?.nlink === 1 ? stat.size : 0
  return readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0)
}
