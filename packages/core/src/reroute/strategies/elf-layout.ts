import { fstatSync, readSync } from 'node:fs'

/** One program header (elf(5), Elf64_Phdr) with the bytes it was read from. */
export interface Segment {
  readonly type: number
  readonly flags: number
  readonly offset: number
  readonly address: number
  readonly fileSize: number
  readonly memorySize: number
  readonly align: number
}

/** One section header, by its place in the file. */
export interface Section {
  readonly at: number
  readonly type: number
  readonly address: number
  readonly offset: number
  readonly size: number
}

export interface DynamicEntry {
  readonly tag: number
  readonly value: number
}

/** Where the parts of a program are that an editor moves or rewrites. */
export interface Layout {
  readonly fileSize: number
  readonly segmentsAt: number
  readonly segments: readonly Segment[]
  readonly sections: readonly Section[]
  /** End of everything that the ELF headers know of; bytes after it are an appended payload. */
  readonly contentEnd: number
  /** Entries before the first DT_NULL, and how many the section has room for; null without PT_DYNAMIC. */
  readonly dynamic: { readonly entries: readonly DynamicEntry[]; readonly room: number; readonly offset: number } | null
}

export const PT_LOAD = 1
export const PT_DYNAMIC = 2
export const PT_INTERP = 3
export const PT_NOTE = 4
export const PT_GNU_PROPERTY = 0x6474e553
const SHT_NOBITS = 8

/** Reads an open 64-bit little-endian program; null for any other file. The file was read by `elf/` before, which checked it. */
export function readLayout(fd: number): Layout | null {
  const { size: fileSize } = fstatSync(fd)
  const header = readBytes(fd, 0, 64)
  if (header.length < 64 || header.readUInt32BE(0) !== 0x7f454c46 || header[4] !== 2 || header[5] !== 1) return null
  const segmentsAt = word(header, 32)
  const segments = table(fd, segmentsAt, 56, header.readUInt16LE(56)).map(([entry]) => readSegment(entry))
  const sectionsAt = word(header, 40)
  const sectionCount = sectionsAt === 0 ? 0 : header.readUInt16LE(60)
  const sections = table(fd, sectionsAt, 64, sectionCount).map(([entry, at]) => readSection(entry, at))
  const ends = [
    segmentsAt + 56 * segments.length,
    sectionsAt + 64 * sectionCount,
    ...segments.map(({ offset, fileSize: size }) => offset + size),
    ...sections.filter(({ type }) => type !== SHT_NOBITS).map(({ offset, size }) => offset + size),
  ]
  return {
    fileSize,
    segmentsAt,
    segments,
    sections,
    contentEnd: Math.max(...ends),
    dynamic: readDynamic(fd, segments),
  }
}

/** Bytes of a file, fewer where it ends before. */
export function readBytes(fd: number, offset: number, length: number): Buffer {
  const bytes = Buffer.alloc(length)
  let count = 0
  while (count < length) {
    const read = readSync(fd, bytes, count, length - count, offset + count)
    if (read === 0) break
    count += read
  }
  return bytes.subarray(0, count)
}

/** Where in the file the byte is that is mapped at `address`. */
export function offsetOf({ segments }: Layout, address: number): number | null {
  const segment = segments.find(
    ({ type, address: start, fileSize }) => type === PT_LOAD && address >= start && address < start + fileSize,
  )
  return segment === undefined ? null : segment.offset + (address - segment.address)
}

function table(fd: number, at: number, size: number, count: number): (readonly [Buffer, number])[] {
  const bytes = readBytes(fd, at, size * count)
  return Array.from({ length: Math.floor(bytes.length / size) }, (_, index) => [
    bytes.subarray(index * size, (index + 1) * size),
    at + index * size,
  ])
}

function readSegment(entry: Buffer): Segment {
  return {
    type: entry.readUInt32LE(0),
    flags: entry.readUInt32LE(4),
    offset: word(entry, 8),
    address: word(entry, 16),
    fileSize: word(entry, 32),
    memorySize: word(entry, 40),
    align: word(entry, 48),
  }
}

function readSection(entry: Buffer, at: number): Section {
  const [address, offset, size] = [word(entry, 16), word(entry, 24), word(entry, 32)]
  return { at, type: entry.readUInt32LE(4), address, offset, size }
}

function readDynamic(fd: number, segments: readonly Segment[]): Layout['dynamic'] {
  const segment = segments.find(({ type }) => type === PT_DYNAMIC)
  if (segment === undefined) return null
  const all = table(fd, segment.offset, 16, Math.floor(segment.fileSize / 16))
  const entries = all.map(([entry]): DynamicEntry => ({ tag: word(entry, 0), value: word(entry, 8) }))
  const end = entries.findIndex(({ tag }) => tag === 0)
  return { entries: end === -1 ? entries : entries.slice(0, end), room: entries.length, offset: segment.offset }
}

/** 64 bits as a double: exact for offsets and addresses; of tags and flags only small ones and DT_ ranges are compared. */
function word(bytes: Buffer, at: number): number {
  return Number(bytes.readBigUInt64LE(at))
}
