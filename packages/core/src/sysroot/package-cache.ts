import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Environment, storePaths, writeWhole } from './store.js'

/** A package that was downloaded before, by its content; null when it isn't there or isn't whole. */
export function cachedPackage(env: Environment, sha256: string): Uint8Array | null {
  try {
    const bytes = readFileSync(join(storePaths(env).packages, sha256))
    return createHash('sha256').update(bytes).digest('hex') === sha256 ? bytes : null
  } catch {
    return null
  }
}

/** Keeps a package whose sha256 was checked; where there is no room, the sysroot needs it more. */
export function cachePackage(env: Environment, sha256: string, bytes: Uint8Array): void {
  const { packages } = storePaths(env)
  try {
    mkdirSync(packages, { recursive: true })
    writeWhole(join(packages, sha256), bytes)
  } catch {
    // Downloaded again when it is needed again.
  }
}
