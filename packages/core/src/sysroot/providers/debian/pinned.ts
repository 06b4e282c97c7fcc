import { GlibcMatrixError } from '../../../errors.js'
import type { InstalledPackage } from '../../sysroot.js'
import type { InstallContext } from '../provider.js'
import { findArchive } from './archive.js'
import type { Distribution } from './distributions.js'
import type { Downloadable } from './download.js'
import { isPackagePath } from './package-names.js'

/** What a lock file pins, as it is downloaded: by sha256, so that no signature is needed and any mirror will do. */
export function pinnedPackages(
  pins: readonly InstalledPackage[],
  distribution: Distribution,
  context: InstallContext,
): readonly (Downloadable & { readonly path: string })[] {
  let mirrors: readonly string[] | null = null
  return pins.map((pin) => {
    const { name, version, sha256, size, path } = pin
    if (size === undefined || path === undefined || !isPackagePath(path)) throw unsound(pin)
    const urls = () => {
      mirrors ??= findArchive({ ...context, allowUnsigned: true }, distribution).mirrors
      return mirrors.map((mirror) => `${mirror}/${path}`)
    }
    return { name, version, sha256, size, path, urls, gone: (cause) => gone(pin, urls(), cause) }
  })
}

function gone({ name, version, sha256 }: InstalledPackage, urls: readonly string[], cause: unknown): GlibcMatrixError {
  return new GlibcMatrixError(
    'PIN_GONE',
    `${name} ${version}, which the lock file pins, is no longer to be had: ${urls.join(', ')} ${urls.length === 1 ? 'does' : 'do'} not exist`,
    "Add a mirror that keeps old packages ('mirrors' or GLIBC_MATRIX_MIRROR); or take what there is today: glibc-matrix update; or, on a machine that still has the sysroot, glibc-matrix pack it and name it archive:FILE.",
    { name, version, sha256, urls },
    cause,
  )
}

function unsound({ name, version, path }: InstalledPackage): GlibcMatrixError {
  return new GlibcMatrixError(
    'LOCK_MALFORMED',
    `The lock file pins ${name} ${version} without a sound size and path (${path ?? 'none'})`,
    'Take the lock file from version control again, or write it anew: glibc-matrix update.',
    { name, version, path },
  )
}
