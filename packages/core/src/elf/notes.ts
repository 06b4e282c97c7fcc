import type { Fields } from './fields.js'
import type { Header } from './header.js'
import { readSections, SHT_NOTE } from './sections.js'
import { PT_NOTE, type Segment } from './segments.js'

const noteLimit = 4096
const idLimit = 64
const NT_GNU_BUILD_ID = 3

/**
 * The build-id in lower-case hex: the identity that survives copying and stripping. It is looked for where a running process
 * has it, in PT_NOTE, then in the sections: Go's linker leaves it out of the segments.
 */
export function readBuildId(header: Header, segments: readonly Segment[]): string | null {
  const inSegments = segments.filter(({ type }) => type === PT_NOTE)
  return (
    findBuildId(
      header.fields,
      inSegments.map(({ fileSize, ...place }) => ({ ...place, size: fileSize })),
    ) ??
    findBuildId(
      header.fields,
      readSections(header).filter(({ type }) => type === SHT_NOTE),
    )
  )
}

interface NotePlace {
  readonly offset: number
  readonly size: number
  readonly align: number
}

/** Looks at 4096 notes in all, as places may lie over each other. */
function findBuildId(fields: Fields, places: readonly NotePlace[]): string | null {
  let count = 0
  for (const { offset, size: placeSize, align } of places) {
    const unit = align === 8 ? 8 : 4
    const end = offset + placeSize
    for (let start = offset; start + 12 <= end && count < noteLimit; count++) {
      const nameSize = fields.u32(start)
      const size = fields.u32(start + 4)
      const content = start + padded(12 + nameSize, unit)
      if (fields.u32(start + 8) === NT_GNU_BUILD_ID && nameSize === 4 && isGnu(fields, start + 12)) {
        return content + size <= end && size <= idLimit ? hex(fields, content, size) : null
      }
      start = content + padded(size, unit)
    }
  }
  return null
}

function padded(size: number, unit: number): number {
  return Math.ceil(size / unit) * unit
}

function isGnu(fields: Fields, offset: number): boolean {
  const start = offset % 4096
  return fields.bytes.window(offset, 4).toString('latin1', start, start + 4) === 'GNU\0'
}

function hex(fields: Fields, offset: number, size: number): string {
  const start = offset % 4096
  return fields.bytes.window(offset, size).toString('hex', start, start + size)
}
