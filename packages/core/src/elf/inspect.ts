import { type ErrorCode, isGlibcMatrixError } from '../errors.js'
import type { ElfFile, Floor } from './elf-file.js'
import { floorOf } from './floor.js'
import { withImage } from './image.js'
import { type LoaderFamily, libcOf } from './loader-names.js'

/** Versions by library, in file order. */
type Versions = Readonly<Record<string, readonly string[]>>

/** What `glibc-matrix inspect --json` prints of a file that can be read: scripts rely on the fields. */
export interface InspectedFile extends Omit<ElfFile, 'requires'> {
  /** All version needs, weak ones included. */
  readonly requires: Versions
  /** Those of them that the loader can do without. */
  readonly weak: Versions
  readonly floor: Floor | null
  /** Whose libc it was linked for; null where nothing tells. */
  readonly libc: LoaderFamily | null
}

/** What is printed of a file that can't be read. */
export interface InspectionFailure {
  readonly path: string
  readonly error: { readonly code: ErrorCode; readonly message: string; readonly hint: string }
}

/** One of them, for each file that was asked for. */
export type Inspection = InspectedFile | InspectionFailure

/** Reads a file for people and scripts; a file that can't be read is an answer, so that others of a list still get theirs. */
export function inspect(path: string): Inspection {
  try {
    return withImage(path, (image) => ({
      ...image.file,
      requires: versionsOf(image.file, () => true),
      weak: versionsOf(image.file, ({ weak }) => weak),
      floor: floorOf(image),
      libc: libcOf(image.file),
    }))
  } catch (error) {
    if (!isGlibcMatrixError(error)) throw error
    return { path, error: { code: error.code, message: error.message, hint: error.hint } }
  }
}

function versionsOf({ requires }: ElfFile, isWanted: (need: { readonly weak: boolean }) => boolean): Versions {
  return Object.fromEntries(
    Object.entries(requires).flatMap(([library, needs]) => {
      const versions = needs.filter(isWanted).map(({ version }) => version)
      return versions.length === 0 ? [] : [[library, versions]]
    }),
  )
}
