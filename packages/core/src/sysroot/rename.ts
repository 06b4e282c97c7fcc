import { realpathSync } from 'node:fs'
import { join } from 'node:path'
import { withLock } from './lock.js'
import { readRecord, storedKeys, writeRecord } from './records.js'
import { type Environment, storeDirectory } from './store.js'
import { storeFailure } from './store-failure.js'
import type { Sysroot } from './sysroot.js'
import { treeDirectory } from './trees.js'

/** Gives an installed sysroot another name for good; one that is used in place has none of its own and stays as it is. */
export async function renameSysroot(sysroot: Sysroot, name: string, env: Environment = process.env): Promise<void> {
  for (const key of storedKeys(env)) {
    const record = readRecord(env, key)
    if (record === null || record.name === name || record.spec !== sysroot.spec) continue
    if (sysroot.path !== realRoot(env, record.digest)) continue
    await withLock(env, key, async () => writeRecord(env, key, { ...record, name })).catch((error) => {
      throw storeFailure(error, storeDirectory(env))
    })
  }
}

function realRoot(env: Environment, digest: string): string | null {
  try {
    return realpathSync(join(treeDirectory(env, digest), 'root'))
  } catch {
    return null
  }
}
