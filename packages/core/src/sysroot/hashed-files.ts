import { type BigIntStats, lstatSync } from 'node:fs'
import { fileDigest } from './manifest.js'

/**
 * The package cache's files that one install has compared with their sha256, or has just written and synced. A tree has hard links to
 * them: one that is still the same file needs neither to be read again nor to be synced.
 */
export interface HashedFiles {
  /** Whether a file has this sha256, by reading it. */
  compare(path: string, sha256: string): boolean
  /** Of a file that this process wrote. */
  add(path: string, sha256: string): void
  /** Null for a file that is none of them, or was written since. */
  find(stat: BigIntStats): string | null
}

export function hashedFiles(): HashedFiles {
  const digests = new Map<string, string>()
  return {
    compare: (path, sha256) => {
      // As it was before it is read: what is written meanwhile makes it another one.
      const identity = identify(lstatSync(path, { bigint: true }))
      const isSame = fileDigest(path) === sha256
      if (isSame) digests.set(identity, sha256)
      return isSame
    },
    add: (path, sha256) => void digests.set(identify(lstatSync(path, { bigint: true })), sha256),
    find: (stat) => digests.get(identify(stat)) ?? null,
  }
}

/** Whole numbers: some file systems use all 64 bits of an inode's. A new link changes the time of status change alone. */
function identify({ dev, ino, size, mtimeNs }: BigIntStats): string {
  return `${dev}:${ino}:${size}:${mtimeNs}`
}
