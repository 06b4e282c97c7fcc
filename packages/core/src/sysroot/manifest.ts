import { createHash } from 'node:crypto'
import { type BigIntStats, closeSync, lstatSync, openSync, readdirSync, readlinkSync, readSync } from 'node:fs'
import { join } from 'node:path'

/** One path of a tree, relative to its root. */
export type ManifestEntry =
  | { readonly path: string; readonly type: 'directory' }
  | { readonly path: string; readonly type: 'link'; readonly target: string }
  | {
      readonly path: string
      readonly type: 'file'
      /** Permissions in octal, as chmod takes them. */
      readonly mode: string
      /** In bytes. */
      readonly size: number
      readonly sha256: string
    }

/** The sha256 of the file at a path, of which this is the state. */
export type DigestOf = (path: string, stat: BigIntStats) => string

/** What a file is read through, small enough for a processor's cache: a tree is hashed without room for its files. */
const window = Buffer.allocUnsafe(2 ** 17)

/** Everything below `root`, sorted by path. */
export function readTree(root: string, digestOf: DigestOf = fileDigest): readonly ManifestEntry[] {
  return pathsBelow(root).map((path) => entryAt(root, path, digestOf))
}

/** Every path below `root`, sorted. */
export function pathsBelow(root: string): readonly string[] {
  return pathsOf(root, '')
}

/** What lies at a path now. A pipe or device, which an install never makes, is a file without content. */
export function entryAt(root: string, path: string, digestOf: DigestOf = fileDigest): ManifestEntry {
  const full = join(root, path)
  const stat = lstatSync(full, { bigint: true })
  if (stat.isDirectory()) return { path, type: 'directory' }
  if (stat.isSymbolicLink()) return { path, type: 'link', target: readlinkSync(full) }
  const sha256 = stat.isFile() ? digestOf(full, stat) : ''
  return { path, type: 'file', mode: (stat.mode & 0o7777n).toString(8), size: Number(stat.size), sha256 }
}

/** sha256 over the sorted manifest of a tree. Times, owners and the modes of directories are no part of it. */
export function manifestDigest(entries: readonly ManifestEntry[]): string {
  return createHash('sha256').update(entries.map(lineOf).join('\n')).digest('hex')
}

/** sha256 of one file, in hex. */
export function fileDigest(path: string): string {
  const hash = createHash('sha256')
  const descriptor = openSync(path, 'r')
  try {
    let length = readSync(descriptor, window)
    while (length > 0) {
      hash.update(window.subarray(0, length))
      length = readSync(descriptor, window)
    }
  } finally {
    closeSync(descriptor)
  }
  return hash.digest('hex')
}

function pathsOf(root: string, below: string): readonly string[] {
  const entries = readdirSync(join(root, below), { withFileTypes: true })
  return entries
    .flatMap((entry) => {
      const path = below === '' ? entry.name : `${below}/${entry.name}`
      return entry.isDirectory() ? [path, ...pathsOf(root, path)] : [path]
    })
    .sort()
}

function lineOf(entry: ManifestEntry): string {
  if (entry.type === 'directory') return `${entry.path}\0directory`
  if (entry.type === 'link') return `${entry.path}\0link\0${entry.target}`
  return `${entry.path}\0file\0${entry.size}\0${entry.mode}\0${entry.sha256}`
}
