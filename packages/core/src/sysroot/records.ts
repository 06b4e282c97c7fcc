import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { GlibcMatrixError } from '../errors.js'
import { writeWhole } from './durable.js'
import { type Environment, FORMAT, namesIn, storePaths } from './store.js'
import type { InstalledPackage } from './sysroot.js'
import { refuseNewer } from './trees.js'

/** What a spec with its packages means in this store: a small file that leads to a tree (index/KEY.json). */
export interface StoredSysroot {
  readonly format: typeof FORMAT
  readonly name: string
  readonly spec: string
  readonly arch: string | null
  readonly digest: string
  readonly packages: readonly InstalledPackage[]
}

/** Keys of what is installed. */
export function storedKeys(env: Environment): readonly string[] {
  return namesIn(storePaths(env).index).flatMap((name) => /^([^~]+)\.json$/s.exec(name)?.[1] ?? [])
}

/**
 * The record of a key; null when there is none.
 *
 * @throws GlibcMatrixError SYSROOT_DAMAGED, FORMAT_TOO_NEW.
 */
export function readRecord(env: Environment, key: string): StoredSysroot | null {
  const path = recordPath(env, key)
  let record: Partial<StoredSysroot> | null = null
  try {
    record = JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    if (!(error instanceof SyntaxError)) throw error
  }
  refuseNewer(path, record?.format)
  if (record?.format === FORMAT && isWhole(record)) return record
  throw new GlibcMatrixError(
    'SYSROOT_DAMAGED',
    `The record ${path} of an installed sysroot is damaged`,
    `Remove ${path}, and add the sysroot again.`,
    { path },
  )
}

/** Only for the holder of the key's lock: what a killed one leaves lies in scratch, and is swept with the rest of the key's. */
export function writeRecord(env: Environment, key: string, record: Omit<StoredSysroot, 'format'>): void {
  const { index, scratch } = storePaths(env)
  for (const directory of [index, scratch]) mkdirSync(directory, { recursive: true, mode: 0o775 })
  const { name, spec, arch, digest, packages } = record
  const stored: StoredSysroot = { format: FORMAT, name, spec, arch, digest, packages }
  writeWhole(recordPath(env, key), `${JSON.stringify(stored, null, 2)}\n`, join(scratch, key))
}

export function deleteRecord(env: Environment, key: string): void {
  rmSync(recordPath(env, key), { force: true })
}

function recordPath(env: Environment, key: string): string {
  return join(storePaths(env).index, `${key}.json`)
}

function isWhole(record: Partial<StoredSysroot>): record is StoredSysroot {
  const texts = [record.name, record.spec, record.digest]
  return texts.every((text) => typeof text === 'string') && Array.isArray(record.packages)
}
