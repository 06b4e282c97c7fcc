import type { Header } from './header.js'

/** A section header, for what the program headers leave out; stripped or cut ones are no fault: the loader never looks. */
export interface Section {
  readonly type: number
  readonly offset: number
  readonly size: number
  readonly align: number
}

export const SHT_NOTE = 7
export const SHT_DYNSYM = 11

/** The section headers whose bytes are all in the file; none when the table itself is not. */
export function readSections(header: Header): readonly Section[] {
  const { fields, sectionsOffset: offset, sectionSize: size, sectionCount: count } = header
  const at = fields.bits === 64 ? layout64 : layout32
  const fileSize = fields.bytes.size
  if (offset === 0 || size !== at.total || offset + count * size > fileSize) return []
  return Array.from({ length: count }, (_, index) => {
    const start = offset + index * size
    return {
      type: fields.u32(start + 4),
      offset: fields.word(start + at.offset),
      size: fields.word(start + at.size),
      align: fields.word(start + at.align),
    }
  }).filter((section) => section.offset + section.size <= fileSize)
}

const layout32 = { total: 40, offset: 16, size: 20, align: 32 }
const layout64 = { total: 64, offset: 24, size: 32, align: 48 }
