import { GlibcMatrixError } from '../../../errors.js'
import type { InstallContext } from '../provider.js'
import type { Archive } from './archive.js'
import { type PackageEntry, readPackageIndex } from './package-index.js'
import { fetchRelease, type Release } from './release.js'
import { OVERLAYS } from './suites.js'

/** Chooses every package of `names`. What an overlay lacks comes from the suite below it, libc6 never: it is what was asked for. */
export async function selectPackages(
  release: Release,
  archive: Archive,
  names: readonly string[],
  arch: string,
  sysroot: string,
  context: InstallContext,
): Promise<readonly PackageEntry[]> {
  const found = new Map(await readPackageIndex(release, names, arch, sysroot, context))
  if (!found.has('libc6')) throw notFound(['libc6'], arch, [release])
  const below = OVERLAYS[release.suite]
  const missing = names.filter((name) => !found.has(name))
  if (missing.length === 0 || below === undefined) return inOrder(found, names, arch, [release])
  const base = await fetchRelease(archive, below, sysroot, context)
  for (const [name, entry] of await readPackageIndex(base, missing, arch, sysroot, context)) found.set(name, entry)
  return inOrder(found, names, arch, [release, base])
}

function inOrder(
  found: ReadonlyMap<string, PackageEntry>,
  names: readonly string[],
  arch: string,
  releases: readonly Release[],
): readonly PackageEntry[] {
  const missing = names.filter((name) => !found.has(name))
  if (missing.length > 0) throw notFound(missing, arch, releases)
  return names.map((name) => found.get(name) as PackageEntry)
}

function notFound(missing: readonly string[], arch: string, releases: readonly Release[]): GlibcMatrixError {
  const suites = releases.map((release) => release.suite)
  return new GlibcMatrixError(
    'PACKAGE_NOT_FOUND',
    `No package ${missing.join(', ')} of ${arch} in ${suites.join(' or ')} (${releases.map(({ url }) => url).join(', ')})`,
    `Check the names in 'packages': they are Debian's binary packages of the component main, and names change between releases.`,
    { missing, arch, suites },
  )
}
