import { realpathSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { withLock } from './lock.js'
import { type Environment, readStored, storeDirectory, storedKeys } from './store.js'
import { storeFailure } from './store-failure.js'
import type { Sysroot } from './sysroot.js'

/** Gives an installed sysroot another name for good; one that is used in place has none of its own and stays as it is. */
export async function renameSysroot(sysroot: Sysroot, name: string, env: Environment = process.env): Promise<void> {
  const store = storeDirectory(env)
  const key = storedKeys(env).find((each) => sysroot.path === join(realpathSync(store), each, 'root'))
  if (key === undefined) return
  await withLock(env, key, async () => {
    const stored = readStored(env, key)
    if (stored === null || stored.name === name) return
    const record = join(store, key, 'sysroot.json')
    const fresh = `${record}.${process.pid}`
    writeFileSync(fresh, `${JSON.stringify({ ...stored, name }, null, 2)}\n`)
    renameSync(fresh, record)
  }).catch((error) => {
    throw storeFailure(error, store)
  })
}
