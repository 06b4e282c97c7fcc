import { compareGlibc } from '../glibc-version.js'
import { abiMarkers } from './abi-markers.js'
import type { Floor } from './elf-file.js'
import { type Image, withImage } from './image.js'
import { readBoundSymbols } from './symbols.js'
import type { BoundNeed } from './versions.js'

/** The lowest glibc whose versions meet the strong needs of `path`; null when it needs none. Throws as readElf does. */
export function readFloor(path: string): Floor | null {
  return withImage(path, floorOf)
}

/**
 * The floor of an image that is open already. Needs with VER_FLG_WEAK don't count, as the loader only warns; nor does
 * GLIBC_PRIVATE, which has no release. Without symbols it is an ABI marker that decides.
 */
export function floorOf({ linked }: Image): Floor | null {
  if (linked === null) return null
  let glibc: string | null = null
  let deciding: BoundNeed[] = []
  for (const need of linked.needs) {
    const release = need.weak ? null : glibcOf(need.version)
    if (release === null) continue
    const order = glibc === null ? 1 : compareGlibc(release, glibc)
    if (order > 0) {
      glibc = release
      deciding = []
    }
    if (order >= 0) deciding.push(need)
  }
  return glibc === null ? null : { glibc, symbols: symbolsOf(linked, deciding) }
}

function glibcOf(version: string): string | null {
  return /^GLIBC_(\d+(?:\.\d+)+)$/.exec(version)?.[1] ?? abiMarkers[version] ?? null
}

function symbolsOf(linked: NonNullable<Image['linked']>, deciding: readonly BoundNeed[]): Floor['symbols'] {
  const byIndex = new Map(deciding.map((need) => [need.index, need]))
  return readBoundSymbols(linked.header, linked.dynamic, byIndex).map(({ name, version: { version, library } }) => ({
    name,
    version,
    library,
  }))
}
