import { rmSync } from 'node:fs'
import { type HashedFiles, hashedFiles } from '../../hashed-files.js'
import { cachedPackage, cachePackage } from '../../package-cache.js'
import type { InstalledPackage } from '../../sysroot.js'
import { type PlaceableEntry, placerInto } from '../../unpack/place-entry.js'
import { holding } from '../../uses.js'
import type { InstallContext } from '../provider.js'
import type { Downloadable } from './download.js'
import { malformedDeb } from './malformed-deb.js'

/** A package of an archive; `path` is where it lies below each mirror. */
interface Placeable extends Downloadable {
  readonly path: string
}

/** Fills `root` with packages, each as it was unpacked before, or is downloaded now. */
export async function placePackages(
  packages: readonly Placeable[],
  sysroot: string,
  context: InstallContext,
  root: string,
): Promise<readonly InstalledPackage[]> {
  const { env, hashed = hashedFiles() } = context
  const scratch = `${root}-packages`
  const place = placerInto(root)
  await holding('packages', env, async () => {
    for (const chosen of packages) {
      const cached = cachedPackage(env, chosen.sha256, hashed)
      placeAll(
        cached ?? (await unpacked(chosen, packages, sysroot, { ...context, hashed }, scratch)),
        place,
        chosen.path,
      )
    }
  })
  rmSync(scratch, { recursive: true, force: true })
  return packages.map(({ name, version, sha256, size, path }) => ({ name, version, sha256, size, path }))
}

function placeAll(entries: readonly PlaceableEntry[], place: (entry: PlaceableEntry) => void, path: string): void {
  try {
    for (const entry of entries) place(entry)
  } catch (cause) {
    throw malformedDeb(cause, path)
  }
}

/** What downloads and unpacks is loaded for that alone. */
async function unpacked(
  chosen: Placeable,
  all: readonly Placeable[],
  sysroot: string,
  context: InstallContext & { readonly hashed: HashedFiles },
  scratch: string,
) {
  const [{ downloadPackage }, { entriesOfDeb }] = await Promise.all([import('./download.js'), import('./unpack.js')])
  const deb = await downloadPackage(chosen, all, sysroot, context)
  try {
    return await cachePackage(context.env, chosen.sha256, entriesOfDeb(deb), scratch, context.hashed)
  } catch (cause) {
    throw malformedDeb(cause, chosen.path)
  }
}
