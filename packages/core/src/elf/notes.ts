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
  const { fields } = header
  for (const { type, offset, fileSize, align } of segments) {
    const id = type === PT_NOTE ? findBuildId(fields, offset, offset + fileSize, align) : null
    if (id !== null) return id
  }
  for (const { type, offset, size, align } of readSections(header)) {
    const id = type === SHT_NOTE ? findBuildId(fields, offset, offset + size, align) : null
    if (id !== null) return id
  }
  return null
}

function findBuildId(fields: Fields, offset: number, end: number, align: number): string | null {
  const unit = align === 8 ? 8 : 4
  for (let start = offset, count = 0; start + 12 <= end && count < noteLimit; count++) {
    const nameSize = fields.u32(start)
    const size = fields.u32(start + 4)
    const content = start + padded(12 + nameSize, unit)
    if (fields.u32(start + 8) === NT_GNU_BUILD_ID && nameSize === 4 && isGnu(fields, start + 12)) {
      return content + size <= end && size <= idLimit ? hex(fields, content, size) : null
    }
    start = content + padded(size, unit)
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
