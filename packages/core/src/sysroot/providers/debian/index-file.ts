import { isGlibcMatrixError } from '../../../errors.js'
import { checkSum } from './checksum.js'
import { fetchBytes } from './fetch.js'
import type { Lookup } from './lookup.js'
import type { Release } from './release.js'

/** A file that the release lists, as it was signed; still compressed, as its name says. */
export interface IndexFile {
  readonly url: string
  readonly bytes: Uint8Array
}

/** Gets the first of `paths` (below dists/SUITE) that the release lists; null when it lists none. */
export async function fetchIndexFile(
  release: Release,
  paths: readonly string[],
  { sysroot, context }: Lookup,
): Promise<IndexFile | null> {
  const path = paths.find((each) => release.files.has(each))
  const listed = release.files.get(path ?? '')
  if (path === undefined || listed === undefined) return null
  const progress = (done: number) => context.onProgress({ sysroot, stage: 'index', done, total: listed.size })
  const limits = { maxBytes: listed.size, onBytes: progress, machineRoot: context.machineRoot }
  const url = `${release.mirror}/dists/${release.suite}/${path}`
  // By hash, since a mirror that is being updated still has the file that our InRelease names.
  const hashed = release.byHash ? url.replace(/[^/]+$/, `by-hash/SHA256/${listed.sha256}`) : url
  const bytes = await fetchBytes(hashed, limits).catch((error) => {
    if (hashed === url || !isGlibcMatrixError(error) || error.details.status !== 404) throw error
    return fetchBytes(url, limits)
  })
  checkSum(bytes, listed, url)
  return { url, bytes }
}
