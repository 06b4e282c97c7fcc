import { writeSync } from 'node:fs'
import {
  type DynamicEntry,
  type Layout,
  PT_DYNAMIC,
  PT_GNU_PROPERTY,
  PT_INTERP,
  PT_LOAD,
  PT_NOTE,
  type Segment,
} from './elf-layout.js'

/** What a further segment shall hold; the headers that point at the old place are made to point at the new one. */
export type Part =
  | { readonly of: 'interpreter'; readonly bytes: Buffer }
  | {
      readonly of: 'strings'
      readonly bytes: Buffer
      readonly tag: number
      readonly sizeTag: number
      readonly movedFrom: number
    }
  | { readonly of: 'dynamic'; readonly entries: readonly DynamicEntry[] }

interface Placed {
  readonly part: Part
  readonly offset: number
  readonly address: number
  readonly size: number
}

/**
 * Appends a segment to a program by giving up one PT_NOTE of its header table, since a longer table has no room. Answers
 * why that can't be done, null when it is.
 */
export function addSegment(fd: number, layout: Layout, parts: readonly Part[]): string | null {
  const { fileSize, contentEnd, segments } = layout
  if (fileSize > contentEnd)
    return `it has a payload of ${fileSize - contentEnd} bytes after its end, which nothing may follow`
  const note = dispensableNote(segments)
  if (note === undefined) return 'it has no PT_NOTE that a further segment could take the place of'

  const loads = segments.filter(({ type }) => type === PT_LOAD)
  const align = Math.max(0x1000, ...loads.map((load) => load.align))
  const start = roundUp(fileSize, 16)
  const base =
    roundUp(Math.max(...loads.map(({ address, memorySize }) => address + memorySize)), align) + (start % align)
  const placed = place(parts, start, base)
  const last = placed.at(-1) as Placed
  const length = last.offset + last.size - start
  const added: Segment = {
    type: PT_LOAD,
    flags: 6, // PF_R | PF_W: ld.so writes into the dynamic section
    offset: start,
    address: base,
    fileSize: length,
    memorySize: length,
    align,
  }
  for (const { part, offset } of placed) write(fd, bytesOf(part, placed), offset)
  write(fd, headerTable(segments, note, added, placed), layout.segmentsAt)
  moveSections(fd, layout, placed)
  return null
}

/** The property note has a header of its own, PT_GNU_PROPERTY; else the last one, which debuggers alone may miss. */
function dispensableNote(segments: readonly Segment[]): Segment | undefined {
  const notes = segments.filter(({ type }) => type === PT_NOTE)
  const property = segments.find(({ type }) => type === PT_GNU_PROPERTY)
  return notes.find(({ offset }) => offset === property?.offset) ?? notes.at(-1)
}

function place(parts: readonly Part[], start: number, base: number): Placed[] {
  let at = start
  return parts.map((part) => {
    const size = part.of === 'dynamic' ? 16 * (part.entries.length + 1) : part.bytes.length
    const placed = { part, offset: at, address: base + (at - start), size }
    at = roundUp(at + size, 16)
    return placed
  })
}

function bytesOf(part: Part, placed: readonly Placed[]): Buffer {
  if (part.of !== 'dynamic') return part.bytes
  const bytes = Buffer.alloc(16 * (part.entries.length + 1))
  for (const [index, { tag, value }] of part.entries.entries()) {
    bytes.writeBigUInt64LE(BigInt(tag), index * 16)
    bytes.writeBigUInt64LE(BigInt(movedValue(tag, value, placed)), index * 16 + 8)
  }
  return bytes
}

function movedValue(tag: number, value: number, placed: readonly Placed[]): number {
  for (const { part, address, size } of placed) {
    if (part.of !== 'strings') continue
    if (tag === part.tag) return address
    if (tag === part.sizeTag) return size
  }
  return value
}

/** PT_LOADs stay in the order of their addresses, as the kernel and ld.so want them. */
function headerTable(segments: readonly Segment[], note: Segment, added: Segment, placed: readonly Placed[]): Buffer {
  const kept = segments.filter((segment) => segment !== note).map((segment) => moved(segment, placed))
  kept.splice(kept.findLastIndex(({ type }) => type === PT_LOAD) + 1, 0, added)
  return Buffer.concat(kept.map(headerOf))
}

function moved(segment: Segment, placed: readonly Placed[]): Segment {
  const names: Readonly<Record<number, Part['of']>> = { [PT_INTERP]: 'interpreter', [PT_DYNAMIC]: 'dynamic' }
  const found = placed.find(({ part }) => part.of === names[segment.type])
  if (found === undefined) return segment
  const { offset, address, size } = found
  return { ...segment, offset, address, fileSize: size, memorySize: size }
}

function headerOf({ type, flags, offset, address, fileSize, memorySize, align }: Segment): Buffer {
  const bytes = Buffer.alloc(56)
  bytes.writeUInt32LE(type, 0)
  bytes.writeUInt32LE(flags, 4)
  for (const [index, value] of [offset, address, address, fileSize, memorySize, align].entries())
    bytes.writeBigUInt64LE(BigInt(value), 8 + index * 8)
  return bytes
}

/** Section headers are for tools alone (readelf, strip, gdb), which believe them. */
function moveSections(fd: number, { sections, dynamic, segments }: Layout, placed: readonly Placed[]): void {
  for (const { part, offset, address, size } of placed) {
    const from = { interpreter: segments.find(({ type }) => type === PT_INTERP)?.offset, dynamic: dynamic?.offset }
    const old = part.of === 'strings' ? part.movedFrom : from[part.of]
    const section = sections.find((each) => each.offset === old && each.size > 0 && each.address !== 0)
    if (section === undefined) continue
    const bytes = Buffer.alloc(24)
    for (const [index, value] of [address, offset, size].entries()) bytes.writeBigUInt64LE(BigInt(value), index * 8)
    write(fd, bytes, section.at + 16)
  }
}

function roundUp(value: number, to: number): number {
  return Math.ceil(value / to) * to
}

function write(fd: number, bytes: Buffer, offset: number): void {
  writeSync(fd, bytes, 0, bytes.length, offset)
}
