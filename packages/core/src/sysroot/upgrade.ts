import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, renameSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { hashedFiles } from './hashed-files.js'
import { removeTree } from './read-only.js'
import { writeRecord } from './records.js'
import { type Environment, namesIn, storeDirectory } from './store.js'
import type { InstalledPackage } from './sysroot.js'
import { treeDigest } from './tree-digest.js'
import { commitTree, makeScratch, writeManifest } from './trees.js'
import { linkOrCopy } from './unpack/link-or-copy.js'

/** sysroot.json of format 1, in `sysroots/KEY` beside today's store. */
interface FirstFormat {
  readonly format: 1
  readonly name: string
  readonly spec: string
  readonly arch: string | null
  readonly digest: string
  readonly packages: readonly InstalledPackage[]
}

/**
 * Takes over what the first format installed, once, when there is no store yet: its files by hard links, so that programs that
 * were patched or linked to the old paths still run. Made beside and renamed: a kill leaves it to the next.
 */
export function upgradeStore(env: Environment): void {
  const store = storeDirectory(env)
  const home = dirname(store)
  if (existsSync(store)) return
  const old = namesIn(join(home, 'sysroots')).filter((name) => !name.startsWith('.'))
  if (old.length === 0) return
  const beside = join(home, `.upgrade-${randomBytes(6).toString('hex')}`)
  const fresh = join(beside, 'store')
  try {
    mkdirSync(fresh, { recursive: true, mode: 0o775 })
    for (const key of old) takeOver({ ...env, GLIBC_MATRIX_HOME: beside }, key, join(home, 'sysroots', key))
    renameSync(fresh, store)
  } catch {
    // Another did it first, or the store can't be written: then what isn't there is added as always.
  } finally {
    removeTree(beside)
  }
}

/** Only what is whole: the rest would be damage that nobody can explain. */
function takeOver(env: Environment, key: string, from: string): void {
  const record = readFirstFormat(join(from, 'sysroot.json'))
  if (record === null || !isWhole(join(from, 'root'), record.digest)) return
  const scratch = makeScratch(env, key)
  linkTree(join(from, 'root'), join(scratch, 'root'))
  const { digest } = writeManifest(scratch, record, hashedFiles())
  commitTree(env, scratch, digest)
  writeRecord(env, key, { ...record, digest })
}

function readFirstFormat(path: string): FirstFormat | null {
  try {
    const record = JSON.parse(readFileSync(path, 'utf8'))
    return record.format === 1 && typeof record.digest === 'string' && Array.isArray(record.packages) ? record : null
  } catch {
    return null
  }
}

function isWhole(root: string, digest: string): boolean {
  try {
    return treeDigest(root) === digest
  } catch {
    return false
  }
}

function linkTree(from: string, into: string): void {
  mkdirSync(into, { mode: 0o775 })
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(into, entry.name)]
    if (entry.isDirectory()) linkTree(source, target)
    else if (entry.isSymbolicLink()) symlinkSync(readlinkSync(source), target)
    else linkOrCopy(source, target)
  }
}
