import { basename } from 'node:path'
import { GlibcMatrixError } from '../errors.js'
import { describeHolder } from './holder.js'
import { withLock } from './lock.js'
import { listSysroots } from './open-stored.js'
import { deleteRecord, readRecord, type StoredSysroot, storedKeys } from './records.js'
import { type Environment, storeDirectory } from './store.js'
import { storeFailure } from './store-failure.js'
import type { Sysroot } from './sysroot.js'
import { deleteTree, treeDirectory } from './trees.js'
import { upgradeStore } from './upgrade.js'
import { holdersOf } from './uses.js'
import { treeFaults } from './verify.js'

/**
 * Removes the installed sysroots of that name or spec, damaged ones too, and names them. A tree that another name means stays,
 * if it is as it was installed.
 *
 * @throws GlibcMatrixError SYSROOT_NOT_FOUND when there is none, SYSROOT_IN_USE.
 */
export async function removeSysroot(
  nameOrSpec: string,
  env: Environment = process.env,
): Promise<readonly Pick<Sysroot, 'name' | 'spec'>[]> {
  upgradeStore(env)
  const chosen = storedKeys(env).flatMap((key) => {
    const record = readRecord(env, key)
    return record !== null && [record.name, record.spec].includes(nameOrSpec) ? [{ key, record }] : []
  })
  if (chosen.length === 0) throw notInstalled(nameOrSpec, env)
  for (const { key, record } of chosen) {
    await withLock(env, key, async () => removeOne(env, key, record)).catch((error) => {
      throw storeFailure(error, storeDirectory(env))
    })
  }
  return chosen.map(({ record: { name, spec } }) => ({ name, spec }))
}

function removeOne(env: Environment, key: string, record: StoredSysroot): void {
  const isShared = storedKeys(env).some((other) => other !== key && readRecord(env, other)?.digest === record.digest)
  const stays = isShared && treeFaults(env, record.digest).length === 0
  if (!stays && !deleteTree(env, record.digest)) throw inUse(env, record)
  deleteRecord(env, key)
}

function inUse(env: Environment, { name, spec, digest }: StoredSysroot): GlibcMatrixError {
  const holders = holdersOf(env, basename(treeDirectory(env, digest)))
  const names = holders.map(describeHolder)
  return new GlibcMatrixError(
    'SYSROOT_IN_USE',
    `'${name}' (${spec}) is in use: ${names.join(', ')} may start programs on it`,
    'Wait until that run has ended, or end it.',
    { name, spec, holders },
  )
}

function notInstalled(nameOrSpec: string, env: Environment): GlibcMatrixError {
  const installed = listSysroots(env).map((sysroot) => `${sysroot.name} (${sysroot.spec})`)
  return new GlibcMatrixError(
    'SYSROOT_NOT_FOUND',
    `No installed sysroot is named '${nameOrSpec}'; installed: ${installed.join(', ') || 'none'}`,
    'Run: glibc-matrix list',
    { nameOrSpec, installed },
  )
}
