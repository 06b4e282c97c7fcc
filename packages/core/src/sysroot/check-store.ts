import { join } from 'node:path'
import { type Environment, readStored, storeDirectory, storedKeys } from './store.js'
import { treeDigest } from './tree-digest.js'

/** An installed sysroot as `doctor` finds it: `fault` says what is wrong with its files, null when all are as installed. */
export interface CheckedSysroot {
  readonly key: string
  readonly path: string
  readonly name: string | null
  readonly spec: string | null
  readonly fault: string | null
}

/** Compares every file of every installed sysroot with what was installed: a run looks at loader and libc alone. */
export function checkSysroots(env: Environment = process.env): readonly CheckedSysroot[] {
  return storedKeys(env).map((key) => {
    const path = join(storeDirectory(env), key)
    try {
      const stored = readStored(env, key)
      if (stored === null)
        return { key, path, name: null, spec: null, fault: 'its record sysroot.json is missing or damaged' }
      const { name, spec, digest } = stored
      const fault = treeDigest(join(path, 'root')) === digest ? null : 'its files are not those that were installed'
      return { key, path, name, spec, fault }
    } catch (error) {
      return { key, path, name: null, spec: null, fault: (error as Error).message }
    }
  })
}
