import type { Fields } from './fields.js'
import { mappedAt, PT_DYNAMIC, type Range, type Segment } from './segments.js'

const entryLimit = 65536

/** The dynamic section (gABI chapter 5): what the loader reads before anything else of an object. */
export interface Dynamic {
  readonly needed: readonly string[]
  readonly soname: string | null
  readonly rpath: string | null
  readonly runpath: string | null
  /** DF_1_PIE, or DT_DEBUG, which linkers put into executables only: binutils before 2.26 did not know DF_1_PIE. */
  readonly isProgram: boolean
  /** The string table, up to the end of its segment: the loader does not look at DT_STRSZ. */
  readonly strings: Range
  /** Where in the file the table of a DT_* address tag is, null without the tag. */
  table(tag: number): Range | null
}

export const DT_HASH = 4
export const DT_SYMTAB = 6
export const DT_GNU_HASH = 0x6ffffef5
export const DT_VERSYM = 0x6ffffff0
export const DT_VERDEF = 0x6ffffffc
export const DT_VERNEED = 0x6ffffffe
const DT_NEEDED = 1
const DT_STRTAB = 5
const DT_SONAME = 14
const DT_RPATH = 15
const DT_DEBUG = 21
const DT_RUNPATH = 29
const DT_FLAGS_1 = 0x6ffffffb
const DF_1_PIE = 0x08000000

/** Reads the dynamic section through PT_DYNAMIC, as section headers may be stripped; null when there is none. */
export function readDynamic(fields: Fields, segments: readonly Segment[]): Dynamic | null {
  const segment = segments.findLast(({ type }) => type === PT_DYNAMIC)
  if (segment === undefined || segment.fileSize === 0) return null
  // The loader finds it by address (glibc's l_ld), whatever p_offset says.
  const start = mappedAt(segments, segment.address)?.start ?? segment.offset
  const { needed, tags } = readEntries(fields, start, segment.fileSize)
  const strings = table(DT_STRTAB) ?? { start: 0, end: 0 }
  return {
    needed: needed.map(text),
    soname: named(DT_SONAME),
    rpath: named(DT_RPATH),
    runpath: named(DT_RUNPATH),
    isProgram: tags.has(DT_DEBUG) || hasBit(tags.get(DT_FLAGS_1) ?? 0, DF_1_PIE),
    strings,
    table,
  }

  function table(tag: number): Range | null {
    const address = tags.get(tag)
    if (address === undefined) return null
    const range = mappedAt(segments, address)
    if (range === null) {
      throw fields.bytes.fail('ELF_MALFORMED', `dynamic tag 0x${tag.toString(16)} points outside of the segments`)
    }
    return range
  }

  function named(tag: number): string | null {
    const offset = tags.get(tag)
    return offset === undefined ? null : text(offset)
  }

  function text(offset: number): string {
    return fields.text(strings.start + offset, strings.end)
  }
}

/** The last entry of a tag wins, as in the loader's l_info (glibc elf/get-dynamic-info.h); DT_NEEDED adds up. */
function readEntries(fields: Fields, start: number, fileSize: number) {
  const size = fields.bits / 8
  const needed: number[] = []
  const tags = new Map<number, number>()
  const count = Math.floor(fileSize / (2 * size))
  for (let index = 0; index < count; index++) {
    if (index === entryLimit) throw fields.bytes.fail('ELF_MALFORMED', 'its dynamic section does not end')
    const entry = start + index * 2 * size
    const tag = fields.word(entry)
    if (tag === 0) break
    const value = fields.word(entry + size)
    if (tag === DT_NEEDED) needed.push(value)
    else tags.set(tag, value)
  }
  return { needed, tags }
}

function hasBit(value: number, bit: number): boolean {
  return Math.floor(value / bit) % 2 === 1
}
