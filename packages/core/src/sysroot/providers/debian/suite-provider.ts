import { createHash } from 'node:crypto'
import { GlibcMatrixError } from '../../../errors.js'
import { machineArchitecture } from '../../architecture.js'
import { LAYOUTS } from '../../layouts.js'
import type { InstalledPackage, SuiteSpec } from '../../sysroot.js'
import type { InstallContext, Location } from '../provider.js'
import type { Distribution } from './distributions.js'
import type { Lookup } from './lookup.js'

/** What every such sysroot holds: glibc with its tools, and the two libraries of gcc that nearly every program needs. */
const BASE_PACKAGES = ['libc6', 'libgcc-s1', 'libstdc++6', 'libc-bin']

/** All that the distributions have for musl: their other libraries are linked to glibc. */
const MUSL_PACKAGES = ['musl']

/** A glibc from a suite of a distribution: the packages are unpacked, never installed. */
export function suiteProvider<Kind extends Distribution['kind']>(distribution: Distribution & { readonly kind: Kind }) {
  type Spec = SuiteSpec<Kind>
  const { kind } = distribution
  const pattern = new RegExp(`^${kind}:([a-z][a-z0-9.-]*)(\\+musl)?(?:/([a-z0-9]+))?$`)
  const format = (spec: Spec) =>
    `${kind}:${spec.suite}${spec.musl ? '+musl' : ''}${spec.arch === null ? '' : `/${spec.arch}`}`

  function parse(text: string, packages: readonly string[]): Spec | null {
    const match = pattern.exec(text)
    if (match === null) return null
    const [, suite = '', musl, arch = null] = match
    if (arch !== null && !LAYOUTS.some((row) => row.debian === arch)) return null
    if (musl !== undefined) return { kind, suite, musl: true, arch, packages: [] }
    return { kind, suite, arch, packages: [...new Set(packages)].sort() }
  }

  const lookupOf = async (spec: Spec, context: InstallContext): Promise<Lookup> => ({
    archive: (await import('./archive.js')).findArchive(context, distribution),
    arch: spec.arch ?? machineArchitecture(),
    sysroot: format(spec),
    context,
  })

  async function install(
    spec: Spec,
    root: string,
    context: InstallContext,
    pins: readonly InstalledPackage[] | null = null,
  ): Promise<readonly InstalledPackage[]> {
    // What installs is loaded here: most commands find everything there.
    const packages =
      pins === null
        ? await (await import('./select.js')).selectPackages(
            spec.suite,
            packagesOf(spec),
            await lookupOf(spec, context),
          )
        : (await import('./pinned.js')).pinnedPackages(pins, distribution, context)
    const { placePackages } = await import('./place-packages.js')
    return placePackages(packages, format(spec), context, root)
  }

  const locate = (spec: Spec): Location => ({ key: keyOf(spec) })
  return {
    kind,
    form: `${kind}:SUITE[+musl][/ARCH]`,
    parse,
    format,
    locate,
    install,
    packagesFor: async (spec: Spec, sonames: readonly string[], context: InstallContext) => {
      if (spec.musl) throw noLibraries(sonames, format(spec))
      const { packagesFor } = await import('./packages-for.js')
      const found = await packagesFor(spec, sonames, await lookupOf(spec, context))
      return found.filter((name) => !BASE_PACKAGES.includes(name))
    },
  }
}

function keyOf(spec: SuiteSpec<string>): string {
  const arch = spec.arch ?? machineArchitecture()
  const hash = createHash('sha256').update(packagesOf(spec).join('\n')).digest('hex')
  return `${spec.kind}-${spec.suite}-${arch}-${hash.slice(0, 8)}`
}

function packagesOf(spec: SuiteSpec<string>): readonly string[] {
  return spec.musl ? MUSL_PACKAGES : [...new Set([...BASE_PACKAGES, ...spec.packages])]
}

function noLibraries(sonames: readonly string[], spec: string): GlibcMatrixError {
  return new GlibcMatrixError(
    'PACKAGE_NOT_FOUND',
    `No package could bring ${sonames.join(', ')} into ${spec}: those of its suite are linked to glibc`,
    "Put the library beside the program (RUNPATH $ORIGIN), or take a distribution of musl as the column: 'musl:DIR' or 'oci:REF'.",
    { sonames, spec },
  )
}
