import { DT_VERDEF, DT_VERNEED, type Dynamic } from './dynamic.js'
import type { VersionNeed } from './elf-file.js'
import type { Fields } from './fields.js'

const entryLimit = 65536
const VER_FLG_BASE = 1
const VER_FLG_WEAK = 2

/** A version need with the library it is of and the index by which DT_VERSYM binds symbols to it. */
export interface BoundNeed extends VersionNeed {
  readonly library: string
  readonly index: number
}

/**
 * Reads DT_VERNEED in file order. Like the loader (glibc elf/dl-version.c) it follows vn_next and vna_next to their
 * zero and ignores the counts.
 */
export function readVersionNeeds(fields: Fields, dynamic: Dynamic): readonly BoundNeed[] {
  const range = dynamic.table(DT_VERNEED)
  if (range === null) return []
  const needs: BoundNeed[] = []
  for (const start of chain(fields, range.start, 12, 'version needs')) {
    const library = text(fields, dynamic, start + 4)
    for (const aux of chain(fields, start + fields.u32(start + 8), 12, 'version needs')) {
      if (needs.length === entryLimit) throw fields.bytes.fail('ELF_MALFORMED', 'it has more than 65536 version needs')
      needs.push({
        library,
        version: text(fields, dynamic, aux + 8),
        weak: (fields.u16(aux + 4) & VER_FLG_WEAK) !== 0,
        index: fields.u16(aux + 6) & 0x7fff,
      })
    }
  }
  return needs
}

/** Reads the names in DT_VERDEF, the base definition (the object's own name) left out. */
export function readVersionDefinitions(fields: Fields, dynamic: Dynamic): readonly string[] {
  return readDefinitionIndexes(fields, dynamic).map(([, name]) => name)
}

/** The same, each with the index (vd_ndx) by which DT_VERSYM binds symbols to it. */
export function readDefinitionIndexes(fields: Fields, dynamic: Dynamic): readonly (readonly [number, string])[] {
  const range = dynamic.table(DT_VERDEF)
  if (range === null) return []
  const found: (readonly [number, string])[] = []
  for (const start of chain(fields, range.start, 16, 'version definitions')) {
    if ((fields.u16(start + 2) & VER_FLG_BASE) !== 0) continue
    const name = text(fields, dynamic, start + fields.u32(start + 12))
    found.push([fields.u16(start + 4) & 0x7fff, name])
  }
  return found
}

/** Offsets of the entries of a list linked by relative, unsigned, hence forward, 32-bit steps. */
function* chain(fields: Fields, first: number, nextField: number, what: string): Generator<number> {
  for (let start = first, count = 0; ; count++) {
    if (count === entryLimit) throw fields.bytes.fail('ELF_MALFORMED', `its list of ${what} does not end`)
    yield start
    const step = fields.u32(start + nextField)
    if (step === 0) return
    start += step
  }
}

function text(fields: Fields, dynamic: Dynamic, field: number): string {
  return fields.text(dynamic.strings.start + fields.u32(field), dynamic.strings.end)
}
