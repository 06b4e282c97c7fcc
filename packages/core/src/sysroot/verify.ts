import { join } from 'node:path'
import { isGlibcMatrixError } from '../errors.js'
import { entryAt, type ManifestEntry, pathsBelow } from './manifest.js'
import type { Environment } from './store.js'
import { readManifest, treeDirectory } from './trees.js'

/** One path of a tree that is not as it was installed. */
export interface TreeFault {
  readonly path: string
  readonly what: 'changed' | 'missing' | 'added' | 'unreadable'
  /** What was found, and what was installed; of what is added alone nothing. */
  readonly detail: string
}

/** Compares every file of a tree with its manifest; a tree that isn't there is one fault. */
export function treeFaults(env: Environment, digest: string): readonly TreeFault[] {
  const root = join(treeDirectory(env, digest), 'root')
  let expected: ReadonlyMap<string, ManifestEntry>
  try {
    const manifest = readManifest(env, digest)
    if (manifest === null) return [{ path: '.', what: 'missing', detail: 'the whole directory is gone' }]
    expected = new Map(manifest.files.map((entry) => [entry.path, entry]))
  } catch (error) {
    if (!isGlibcMatrixError(error) || error.code !== 'SYSROOT_DAMAGED') throw error
    return [{ path: 'manifest.json', what: 'changed', detail: String(error.details.fault) }]
  }
  const found = pathsOr(root)
  const present = new Set(found)
  const missing = [...expected.keys()].filter((path) => !present.has(path))
  return [
    ...missing.map((path): TreeFault => ({ path, what: 'missing', detail: 'it was installed' })),
    ...found.flatMap((path) => faultOf(root, path, expected.get(path)) ?? []),
  ].sort((one, other) => (one.path < other.path ? -1 : 1))
}

function pathsOr(root: string): readonly string[] {
  try {
    return pathsBelow(root)
  } catch {
    return []
  }
}

function faultOf(root: string, path: string, expected: ManifestEntry | undefined): TreeFault | null {
  if (expected === undefined) return { path, what: 'added', detail: 'it was not installed' }
  try {
    const detail = difference(entryAt(root, path), expected)
    return detail === null ? null : { path, what: 'changed', detail }
  } catch (error) {
    return { path, what: 'unreadable', detail: (error as NodeJS.ErrnoException).code ?? String(error) }
  }
}

function difference(found: ManifestEntry, expected: ManifestEntry): string | null {
  if (found.type === 'link' && expected.type === 'link') {
    return found.target === expected.target ? null : `leads to ${found.target}, installed was ${expected.target}`
  }
  if (found.type === 'file' && expected.type === 'file') {
    if (found.sha256 !== expected.sha256) return `its sha256 is ${found.sha256}, installed was ${expected.sha256}`
    return found.mode === expected.mode ? null : `its mode is ${found.mode}, installed was ${expected.mode}`
  }
  return found.type === expected.type ? null : `is a ${found.type}, installed was a ${expected.type}`
}
