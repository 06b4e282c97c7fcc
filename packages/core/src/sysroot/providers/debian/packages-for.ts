import { GlibcMatrixError } from '../../../errors.js'
import type { SuiteSpec } from '../../sysroot.js'
import { packagesWith } from './contents.js'
import type { Lookup } from './lookup.js'
import { type PackageEntry, readPackageIndex } from './package-index.js'
import { fetchRelease, type Release } from './release.js'
import { componentsOf } from './select.js'

/**
 * The packages of a suite that have `sonames`, with those that they depend on and that hold libraries themselves.
 *
 * @throws GlibcMatrixError PACKAGE_NOT_FOUND when no package has one of them.
 */
export async function packagesFor(
  { suite }: Pick<SuiteSpec<string>, 'suite'>,
  sonames: readonly string[],
  lookup: Lookup,
): Promise<readonly string[]> {
  const { archive, sysroot, context } = lookup
  const owners = new Map<string, string>()
  const index = new Map<string, PackageEntry>()
  for (let next: string | undefined = suite; next !== undefined; next = archive.distribution.below(next)) {
    const release: Release = await fetchRelease(archive, next, sysroot, context)
    const missing = sonames.filter((soname) => !owners.has(soname))
    if (missing.length > 0)
      for (const [soname, owner] of await packagesWith(release, missing, lookup)) owners.set(soname, owner)
    for (const component of componentsOf(release, lookup))
      for (const [name, entry] of await readPackageIndex(release, component, null, lookup))
        if (!index.has(name)) index.set(name, entry)
  }
  const nowhere = sonames.filter((soname) => !index.has(owners.get(soname) ?? ''))
  if (nowhere.length > 0) throw notFound(nowhere, suite, lookup)
  return withDependencies([...new Set(owners.values())], index)
}

/** Programs, data and settings that a library's package depends on are no part of a sysroot. */
function withDependencies(names: readonly string[], index: ReadonlyMap<string, PackageEntry>): readonly string[] {
  const chosen = new Set(names)
  for (const name of chosen) {
    for (const alternatives of index.get(name)?.depends ?? []) {
      if (alternatives.some((each) => chosen.has(each))) continue
      const first = alternatives.find((each) => index.has(each))
      if (first !== undefined && index.get(first)?.isLibrary === true) chosen.add(first)
    }
  }
  return [...chosen].sort()
}

function notFound(sonames: readonly string[], suite: string, { arch }: Lookup): GlibcMatrixError {
  return new GlibcMatrixError(
    'PACKAGE_NOT_FOUND',
    `No package of ${arch} in ${suite} has ${sonames.join(', ')} where ld.so would find it`,
    "Put the library beside the program (RUNPATH $ORIGIN), take it from another sysroot ('with'), or run the column with what the host lends.",
    { sonames, suite, arch },
  )
}
