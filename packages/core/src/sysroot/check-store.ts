import { isGlibcMatrixError } from '../errors.js'
import { readRecord, type StoredSysroot, storedKeys } from './records.js'
import { type Environment, storePaths } from './store.js'
import { treeDirectory } from './trees.js'
import { upgradeStore } from './upgrade.js'
import { type TreeFault, treeFaults } from './verify.js'

/** An installed sysroot and what is wrong with it: nothing when every file is as it was installed. */
export interface CheckedSysroot {
  readonly key: string
  readonly path: string
  readonly name: string | null
  readonly spec: string | null
  readonly digest: string | null
  readonly faults: readonly TreeFault[]
}

/**
 * Compares every file of every installed sysroot, or of those with these names or specs, with what was installed: a run looks at
 * loader and libc alone.
 */
export function checkSysroots(
  env: Environment = process.env,
  only: readonly string[] | null = null,
): readonly CheckedSysroot[] {
  upgradeStore(env)
  return storedKeys(env).flatMap((key) => {
    const record = recordOrFault(env, key)
    const names = 'digest' in record ? [record.name, record.spec] : []
    return only === null || names.some((name) => only.includes(name)) ? [checked(env, key, record)] : []
  })
}

function checked(env: Environment, key: string, record: StoredSysroot | TreeFault): CheckedSysroot {
  if (!('digest' in record)) {
    return { key, path: storePaths(env).index, name: null, spec: null, digest: null, faults: [record] }
  }
  const { name, spec, digest } = record
  return { key, path: treeDirectory(env, digest), name, spec, digest, faults: treeFaults(env, digest) }
}

function recordOrFault(env: Environment, key: string): StoredSysroot | TreeFault {
  const file = `${key}.json`
  try {
    return readRecord(env, key) ?? { path: file, what: 'missing', detail: 'it was removed just now' }
  } catch (error) {
    if (!isGlibcMatrixError(error)) throw error
    return { path: file, what: 'changed', detail: error.message }
  }
}
