import { DT_GNU_HASH, DT_HASH, DT_SYMTAB, DT_VERSYM, type Dynamic } from './dynamic.js'
import type { Fields } from './fields.js'
import type { Header } from './header.js'
import { readSections, SHT_DYNSYM } from './sections.js'

const symbolLimit = 2 ** 22
const symbolSizes = { 32: 16, 64: 24 } as const

/** An entry of the dynamic symbol table. */
export interface PlainSymbol {
  readonly name: string
  readonly isDefined: boolean
  /** STB_WEAK: when nobody defines it, it is zero. */
  readonly isWeak: boolean
}

/** A symbol with the version that it is bound to, as the caller knows that. */
export interface BoundSymbol<Version> extends PlainSymbol {
  readonly version: Version
}

const SHN_UNDEF = 0
const STB_WEAK = 2
/** st_info and st_shndx in an entry (gABI chapter 4, Symbol Table). */
const symbolFields = { 32: { info: 12, section: 14 }, 64: { info: 4, section: 6 } } as const

/**
 * The dynamic symbols that DT_VERSYM binds to one of `versions`, by index: undefined ones, and those that a program defines by a
 * copy relocation (`environ`, `__libc_single_threaded`), which bind the program to the version just the same.
 */
export function readBoundSymbols<Version>(
  header: Header,
  dynamic: Dynamic,
  versions: ReadonlyMap<number, Version>,
): readonly BoundSymbol<Version>[] {
  const { fields } = header
  const indexes = dynamic.table(DT_VERSYM)
  const symbols = dynamic.table(DT_SYMTAB)
  if (indexes === null || symbols === null) return []
  const count = countSymbols(header, dynamic, symbols.start)
  const bound: BoundSymbol<Version>[] = []
  for (let index = 1; index < count; index++) {
    const version = versions.get(fields.u16(indexes.start + index * 2) & 0x7fff)
    if (version !== undefined) bound.push({ ...symbolAt(fields, dynamic, symbols.start, index), version })
  }
  return bound
}

/** Every dynamic symbol, whatever its version: what a loader that knows no versions goes by (musl's). */
export function readSymbols(header: Header, dynamic: Dynamic): readonly PlainSymbol[] {
  const symbols = dynamic.table(DT_SYMTAB)
  if (symbols === null) return []
  const count = countSymbols(header, dynamic, symbols.start)
  return Array.from({ length: Math.max(0, count - 1) }, (_, index) =>
    symbolAt(header.fields, dynamic, symbols.start, index + 1),
  )
}

function symbolAt(fields: Fields, dynamic: Dynamic, start: number, index: number): PlainSymbol {
  const symbol = start + index * symbolSizes[fields.bits]
  const { info, section } = symbolFields[fields.bits]
  return {
    name: fields.text(dynamic.strings.start + fields.u32(symbol), dynamic.strings.end),
    isDefined: fields.u16(symbol + section) !== SHN_UNDEF,
    isWeak: firstByte(fields, symbol + info) >> 4 === STB_WEAK,
  }
}

function firstByte(fields: Fields, offset: number): number {
  const both = fields.u16(offset)
  return fields.little ? both & 0xff : both >> 8
}

/**
 * The dynamic section does not say how many symbols there are: a hash table does, or a section header, or where the
 * strings begin, as linkers put them behind the symbols (glibc elf/dl-addr.c relies on it too).
 */
function countSymbols(header: Header, dynamic: Dynamic, symbolsStart: number): number {
  const { fields } = header
  const gnu = dynamic.table(DT_GNU_HASH)
  const sysv = dynamic.table(DT_HASH)
  const count =
    (gnu && countByGnuHash(fields, gnu.start)) ??
    (sysv && countByHash(header, sysv.start)) ??
    countBySection(header) ??
    Math.max(0, dynamic.strings.start - symbolsStart) / symbolSizes[fields.bits]
  return checked(fields, Math.floor(count))
}

/**
 * Symbols of the highest bucket end at the one whose hash has bit 0 set; symbols without a hash come before `first`. Null
 * for an empty table, whose `first` is 1 whatever the number of symbols.
 */
function countByGnuHash(fields: Fields, start: number): number | null {
  const buckets = checked(fields, fields.u32(start))
  const first = checked(fields, fields.u32(start + 4))
  const bucketsStart = start + 16 + fields.u32(start + 8) * (fields.bits / 8)
  let last = 0
  for (let index = 0; index < buckets; index++) {
    last = Math.max(last, fields.u32(bucketsStart + index * 4))
  }
  if (last < first) return null
  const chains = bucketsStart + buckets * 4
  while (fields.u32(chains + (last - first) * 4) % 2 === 0) {
    last = checked(fields, last + 1)
  }
  return last + 1
}

/** nchain, the second entry; entries are 64 bits wide on two machines (glibc's Elf_Symndx). */
function countByHash({ fields, machine }: Header, start: number): number {
  const isWide = machine === 's390x' || (machine === 'alpha' && fields.bits === 64)
  return isWide ? fields.word(start + 8) : fields.u32(start + 4)
}

function countBySection(header: Header): number | null {
  const section = readSections(header).find(({ type }) => type === SHT_DYNSYM)
  return section === undefined ? null : section.size / symbolSizes[header.fields.bits]
}

function checked(fields: Fields, count: number): number {
  if (count > symbolLimit) throw fields.bytes.fail('ELF_MALFORMED', `it claims to have ${count} dynamic symbols`)
  return count
}
