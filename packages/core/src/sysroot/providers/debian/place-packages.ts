import { rmSync } from 'node:fs'
import { cachedPackage, cachePackage } from '../../package-cache.js'
import type { InstalledPackage } from '../../sysroot.js'
import { type PlaceableEntry, placeEntry } from '../../unpack/place-entry.js'
import { holding } from '../../uses.js'
import type { InstallContext } from '../provider.js'
import { type Downloadable, downloadPackage } from './download.js'
import { entriesOfDeb, malformedDeb } from './unpack.js'

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
  const scratch = `${root}-packages`
  await holding('packages', context.env, async () => {
    for (const chosen of packages) {
      const cached = cachedPackage(context.env, chosen.sha256)
      placeAll(cached ?? (await unpacked(chosen, packages, sysroot, context, scratch)), root, chosen.path)
    }
  })
  rmSync(scratch, { recursive: true, force: true })
  return packages.map(({ name, version, sha256, size, path }) => ({ name, version, sha256, size, path }))
}

function placeAll(entries: readonly PlaceableEntry[], root: string, path: string): void {
  try {
    for (const entry of entries) placeEntry(root, entry)
  } catch (cause) {
    throw malformedDeb(cause, path)
  }
}

async function unpacked(
  chosen: Placeable,
  all: readonly Placeable[],
  sysroot: string,
  context: InstallContext,
  scratch: string,
) {
  const deb = await downloadPackage(chosen, all, sysroot, context)
  try {
    return await cachePackage(context.env, chosen.sha256, entriesOfDeb(deb), scratch)
  } catch (cause) {
    throw malformedDeb(cause, chosen.path)
  }
}
