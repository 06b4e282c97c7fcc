import { GlibcMatrixError } from '../errors.js'
import { installContext } from './install-context.js'
import { providerOf } from './providers/table.js'
import type { ResolveOptions, SysrootRequest } from './resolve.js'
import { formatSpec, parseSpec } from './spec.js'

/**
 * The packages, to be listed in `packages`, that bring these libraries into a sysroot.
 *
 * @throws GlibcMatrixError SPEC_UNKNOWN for a sysroot that is of no suite, PACKAGE_NOT_FOUND, and what a download throws.
 */
export async function findPackages(
  request: SysrootRequest,
  sonames: readonly string[],
  options: Pick<ResolveOptions, 'onProgress' | 'env'> = {},
): Promise<readonly string[]> {
  const spec = parseSpec(request.spec, request.packages)
  const { packagesFor } = providerOf(spec)
  if (packagesFor !== undefined) {
    return packagesFor(spec, sonames, installContext(request, options, options.env ?? process.env))
  }
  throw new GlibcMatrixError(
    'SPEC_UNKNOWN',
    `'${formatSpec(spec)}' has no list of packages in which ${sonames.join(', ')} could be looked up`,
    "That is for debian:SUITE and ubuntu:SUITE; elsewhere take libraries from another sysroot ('with').",
    { spec: formatSpec(spec), sonames },
  )
}
