import type { Floor } from '../elf/elf-file.js'
import type { InspectedFile, Inspection, InspectionFailure } from '../elf/inspect.js'
import { GlibcMatrixError } from '../errors.js'
import { compareGlibc } from '../glibc-version.js'

/** A file before the gate; `floor` null for one that needs no glibc, or can't be read. */
export interface GatedFile {
  readonly path: string
  readonly kind: InspectedFile['kind'] | null
  readonly machine: string | null
  readonly floor: Floor | null
  /** Its floor is higher than what is allowed. */
  readonly above: boolean
  readonly error: InspectionFailure['error'] | null
}

/**
 * Holds floors against the highest that is allowed (null: none is), the highest floor first.
 *
 * @throws GlibcMatrixError NOTHING_TO_INSPECT: a gate that saw no file has shown nothing.
 */
export function gate(inspections: readonly Inspection[], max: string | null): GatedFile[] {
  if (inspections.length === 0) {
    throw new GlibcMatrixError(
      'NOTHING_TO_INSPECT',
      'no ELF file was found, so there is no floor to hold against anything',
      'Name the programs, addons, libraries, tarballs or directories that you ship; build them before.',
    )
  }
  return inspections.map((inspection) => gated(inspection, max)).sort(byFloor)
}

function gated(inspection: Inspection, max: string | null): GatedFile {
  const { path } = inspection
  if ('error' in inspection) {
    return { path, kind: null, machine: null, floor: null, above: false, error: inspection.error }
  }
  const { kind, machine, floor } = inspection
  const above = max !== null && floor !== null && compareGlibc(floor.glibc, max) > 0
  return { path, kind, machine, floor, above, error: null }
}

function byFloor(a: GatedFile, b: GatedFile): number {
  const difference = compareGlibc(b.floor?.glibc ?? '0', a.floor?.glibc ?? '0')
  return difference !== 0 ? difference : a.path < b.path ? -1 : 1
}
