import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { ARCHIVE_IN_PACKAGE } from '../../pack/archive-in-package.js'

/** A package with a sysroot as the project has it installed. */
export interface ProjectPackage {
  readonly version: string
  /** The sysroot's archive in it. */
  readonly archive: string
}

/** Finds a package from `directory` as Node would; null when it is not installed there, or holds no sysroot. */
export function projectPackage(name: string, directory: string): ProjectPackage | null {
  const manifest = resolved(`${name}/package.json`, directory)
  if (manifest === null) return null
  const archive = join(dirname(manifest), ARCHIVE_IN_PACKAGE)
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version?: unknown }
  return typeof version === 'string' && existsSync(archive) ? { version, archive } : null
}

function resolved(id: string, directory: string): string | null {
  try {
    return createRequire(join(directory, 'package.json')).resolve(id)
  } catch {
    return null
  }
}
