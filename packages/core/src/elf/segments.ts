import type { Header } from './header.js'

/** One program header. Addresses are the file's own, before relocation. */
export interface Segment {
  readonly type: number
  readonly offset: number
  readonly address: number
  readonly fileSize: number
  readonly isExecutable: boolean
  readonly align: number
}

/** A stretch of the file: from `start` to before `end`. */
export interface Range {
  readonly start: number
  readonly end: number
}

export const PT_LOAD = 1
export const PT_DYNAMIC = 2
export const PT_INTERP = 3
export const PT_NOTE = 4
const PF_X = 1

/** Reads the program headers of a program or a library, within the kernel's limits (Linux fs/binfmt_elf.c, load_elf_phdrs). */
export function readSegments(header: Header): readonly Segment[] {
  const { fields, segmentCount: count, segmentSize: size } = header
  const expected = fields.bits === 64 ? 56 : 32
  if (count === 0 || size !== expected || count * size > 65536) {
    throw fields.bytes.fail('ELF_MALFORMED', `it has ${count} program headers of ${size} bytes`)
  }
  return Array.from({ length: count }, (_, index) => readSegment(header, header.segmentsOffset + index * size))
}

function readSegment({ fields }: Header, start: number): Segment {
  const at = fields.bits === 64 ? layout64 : layout32
  return {
    type: fields.u32(start),
    offset: fields.word(start + at.offset),
    address: fields.word(start + at.address),
    fileSize: fields.word(start + at.fileSize),
    isExecutable: (fields.u32(start + at.flags) & PF_X) !== 0,
    align: fields.word(start + at.align),
  }
}

const layout32 = { offset: 4, address: 8, fileSize: 16, flags: 24, align: 28 }
const layout64 = { offset: 8, address: 16, fileSize: 32, flags: 4, align: 48 }

/** True for debug information split off (`objcopy --only-keep-debug`): the headers of a program, and none of its code. */
export function isDebugOnly(segments: readonly Segment[]): boolean {
  const code = segments.filter(({ type, isExecutable }) => type === PT_LOAD && isExecutable)
  return code.length > 0 && code.every(({ fileSize }) => fileSize === 0)
}

/** Where in the file the bytes are that a loader maps at `address`, to the end of their PT_LOAD; null when nowhere. */
export function mappedAt(segments: readonly Segment[], address: number): Range | null {
  for (const { type, offset, address: base, fileSize } of segments) {
    if (type === PT_LOAD && address >= base && address < base + fileSize && Number.isSafeInteger(address)) {
      return { start: offset + (address - base), end: offset + fileSize }
    }
  }
  return null
}
