import type { Fields } from './fields.js'
import { PT_NOTE, type Segment } from './segments.js'

const noteLimit = 4096
const idLimit = 64
const NT_GNU_BUILD_ID = 3

/** The build-id of a program or a library, in lower-case hex: the identity that survives copying and stripping. */
export function readBuildId(fields: Fields, segments: readonly Segment[]): string | null {
  for (const segment of segments) {
    const id = segment.type === PT_NOTE ? findBuildId(fields, segment) : null
    if (id !== null) return id
  }
  return null
}

function findBuildId(fields: Fields, { offset, fileSize, align }: Segment): string | null {
  const unit = align === 8 ? 8 : 4
  const end = offset + fileSize
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
  return fields.bytes.window(offset, 4).latin1Slice(start, start + 4) === 'GNU\0'
}

function hex(fields: Fields, offset: number, size: number): string {
  const start = offset % 4096
  return fields.bytes.window(offset, size).hexSlice(start, start + size)
}
