import { createHash } from 'node:crypto'
import { fileDigest, manifestDigest, readTree } from './manifest.js'

/** sha256 over the sorted manifest of a tree: path, type, and size, mode and sha256 of a file or the target of a link. */
export function treeDigest(root: string): string {
  return manifestDigest(readTree(root))
}

/** sha256 over the content of a few files, for a sysroot that is used in place. */
export function filesDigest(paths: readonly string[]): string {
  return createHash('sha256').update(paths.map(fileDigest).join('\n')).digest('hex')
}
