import { GlibcMatrixError } from '../../../errors.js'
import type { Lookup } from './lookup.js'
import { hasPackageIndex, type PackageEntry, readPackageIndex } from './package-index.js'
import { fetchRelease, type Release } from './release.js'

/** Chooses every package of `names`. What an overlay lacks comes from the suite below it, libc6 never: it is what was asked for. */
export async function selectPackages(
  suite: string,
  names: readonly string[],
  lookup: Lookup,
): Promise<readonly PackageEntry[]> {
  const { archive, sysroot, context } = lookup
  const found = new Map<string, PackageEntry>()
  const releases: Release[] = []
  const missing = () => names.filter((name) => !found.has(name))
  for (let next: string | undefined = suite; next !== undefined; next = archive.distribution.below(next)) {
    const release = await fetchRelease(archive, next, sysroot, context)
    releases.push(release)
    for (const component of componentsOf(release, lookup)) {
      if (missing().length === 0) break
      for (const [name, entry] of await readPackageIndex(release, component, missing(), lookup)) found.set(name, entry)
    }
    if (missing().includes('libc6')) throw notFound(['libc6'], releases, lookup)
    if (missing().length === 0) return names.map((name) => found.get(name) as PackageEntry)
  }
  throw notFound(missing(), releases, lookup)
}

/** Every suite has `main`; one without the others is a small archive. */
export function componentsOf(release: Release, { archive, arch }: Lookup): readonly string[] {
  return archive.distribution.components.filter((name) => name === 'main' || hasPackageIndex(release, name, arch))
}

function notFound(
  missing: readonly string[],
  releases: readonly Release[],
  { archive, arch }: Lookup,
): GlibcMatrixError {
  const { title, components } = archive.distribution
  const suites = releases.map((release) => release.suite)
  return new GlibcMatrixError(
    'PACKAGE_NOT_FOUND',
    `No package ${missing.join(', ')} of ${arch} in ${suites.join(' or ')} (${releases.map(({ url }) => url).join(', ')})`,
    `Check the names in 'packages': they are ${title}'s binary packages of ${components.join(' and ')}, and names change between releases.`,
    { missing, arch, suites },
  )
}
