import { join, relative } from 'node:path'
import { isGlibcMatrixError } from '../errors.js'
import { describeRoot } from './describe.js'
import { fileDigest } from './manifest.js'
import { readRecord, storedKeys } from './records.js'
import type { Environment } from './store.js'
import type { InstalledPackage, Sysroot } from './sysroot.js'
import { damaged, readManifest, type TreeManifest, treeDirectory } from './trees.js'
import { upgradeStore } from './upgrade.js'

/** What a tree is called and comes from, by a record or a lock file. */
export interface TreeOrigin {
  readonly name: string | null
  readonly spec: string
  readonly arch: string | null
  readonly digest: string
  readonly packages: readonly InstalledPackage[]
}

/** The installed sysroot of a key, under another name if one is given; null when there is none. Throws as `openTree` does. */
export function openStored(env: Environment, key: string, name: string | null | undefined): Sysroot | null {
  upgradeStore(env)
  const record = readRecord(env, key)
  return record && openTree(env, { ...record, name: name ?? record.name })
}

/**
 * Describes a tree by its files as they are now; null when it isn't there, or its manifest isn't `wanted`. The two files that everything hangs on are compared
 * with the manifest each time, all of them by `verify`.
 *
 * @throws GlibcMatrixError SYSROOT_DAMAGED, FORMAT_TOO_NEW.
 */
export function openTree(
  env: Environment,
  { name, spec, arch, digest, packages }: TreeOrigin,
  wanted: (manifest: TreeManifest) => boolean = () => true,
): Sysroot | null {
  const manifest = readManifest(env, digest)
  if (manifest === null || !wanted(manifest)) return null
  const directory = treeDirectory(env, digest)
  const sysroot = describe({ name, spec, arch, digest, packages }, directory)
  for (const path of [sysroot.loader, sysroot.libc.path]) {
    const inside = relative(sysroot.path, path)
    const entry = manifest.files.find((each) => each.path === inside)
    const isSame = entry?.type === 'file' && entry.sha256 === fileDigest(path)
    if (!isSame) throw damaged(directory, `${inside} was changed`)
  }
  return sysroot
}

/** Every installed sysroot, in the order of their keys; `faults` get those that are damaged. */
export function listSysroots(
  env: Environment = process.env,
  faults: (fault: Error) => void = () => {},
): readonly Sysroot[] {
  upgradeStore(env)
  return storedKeys(env).flatMap((key) => {
    try {
      return openStored(env, key, undefined) ?? []
    } catch (error) {
      if (!isGlibcMatrixError(error) || error.code !== 'SYSROOT_DAMAGED') throw error
      faults(error)
      return []
    }
  })
}

function describe(origin: TreeOrigin, directory: string): Sysroot {
  try {
    return describeRoot({ ...origin, root: join(directory, 'root') })
  } catch (error) {
    if (isGlibcMatrixError(error)) throw damaged(directory, error.message)
    throw error
  }
}
