import { createHash } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { syncFiles, writeWhole } from './durable.js'
import { type HashedFiles, hashedFiles } from './hashed-files.js'
import { type Environment, storePaths } from './store.js'
import type { PlaceableEntry, TarEntry } from './unpack/place-entry.js'

/** packages/SHA256/entries.json; the content of its files lies beside it, by number. */
interface CachedPackage {
  readonly format: 1
  readonly entries: readonly CachedEntry[]
}

interface CachedEntry {
  readonly name: string
  readonly type: string
  readonly mode: number
  readonly target: string
  /** Of a file. */
  readonly sha256?: string
}

const ENTRIES = 'entries.json'

/**
 * A package that was unpacked before, by the sha256 of its archive; null when it isn't there or isn't whole. Each file is
 * compared with its sha256.
 */
export function cachedPackage(env: Environment, sha256: string, hashed: HashedFiles): readonly PlaceableEntry[] | null {
  const directory = join(storePaths(env).packages, sha256)
  try {
    const { format, entries }: CachedPackage = JSON.parse(readFileSync(join(directory, ENTRIES), 'utf8'))
    if (format !== 1) return null
    const isWhole = entries.every(
      ({ sha256: expected }, index) => expected === undefined || hashed.compare(blobPath(directory, index), expected),
    )
    return isWhole ? placeable(directory, entries) : null
  } catch {
    return null
  }
}

/**
 * Unpacks a package, whose archive was checked, into `scratch`, and keeps it in the store. Where it can't be kept it is only
 * unpacked. Trees get hard links to its files: a package that several sysroots share takes its room once.
 */
export async function cachePackage(
  env: Environment,
  sha256: string,
  unpacked: AsyncIterable<TarEntry>,
  scratch: string,
  hashed: HashedFiles,
): Promise<readonly PlaceableEntry[]> {
  const directory = join(scratch, sha256)
  mkdirSync(directory, { recursive: true, mode: 0o775 })
  const entries: CachedEntry[] = []
  for await (const entry of unpacked) entries.push(writeEntry(directory, entry, entries.length))
  await syncFiles(entries.flatMap(({ type }, index) => (type === 'file' ? [blobPath(directory, index)] : [])))
  const cached: CachedPackage = { format: 1, entries }
  writeWhole(join(directory, ENTRIES), `${JSON.stringify(cached)}\n`)
  const place = kept(env, directory)
  for (const [index, entry] of entries.entries()) {
    if (entry.sha256 !== undefined) hashed.add(blobPath(place, index), entry.sha256)
  }
  return placeable(place, entries)
}

function writeEntry(directory: string, { name, type, mode, target, bytes }: TarEntry, index: number): CachedEntry {
  if (type !== 'file') return { name, type, mode, target }
  const path = blobPath(directory, index)
  writeFileSync(path, bytes, { mode: 0o600, flag: 'wx' })
  chmodSync(path, (mode & 0o111) === 0 ? 0o444 : 0o555)
  return { name, type, mode, target, sha256: createHash('sha256').update(bytes).digest('hex') }
}

/** Moves it into the cache, in the place of one that is damaged; answers where it lies now. */
function kept(env: Environment, directory: string): string {
  const { packages } = storePaths(env)
  const place = join(packages, basename(directory))
  try {
    mkdirSync(packages, { recursive: true, mode: 0o775 })
    if (existsSync(place) && cachedPackage(env, basename(place), hashedFiles()) === null)
      rmSync(place, { recursive: true, force: true })
    renameSync(directory, place)
    return place
  } catch {
    // Another was first, or may not be written to: what was unpacked serves for this install.
    return directory
  }
}

function placeable(directory: string, entries: readonly CachedEntry[]): readonly PlaceableEntry[] {
  return entries.map(({ name, type, mode, target, sha256 }, index) => {
    const content = sha256 === undefined ? { bytes: new Uint8Array(0) } : { file: blobPath(directory, index) }
    return { name, type, mode, target, ...content }
  })
}

function blobPath(directory: string, index: number): string {
  return join(directory, String(index))
}
