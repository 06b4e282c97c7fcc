/** What a crafted file shall say. Its machine needs no compiler: the file is never run. */
export interface Wanted {
  readonly bits: 32 | 64
  readonly little: boolean
  /** e_machine. */
  readonly machine: number
  /** ET_EXEC, ET_DYN. */
  readonly type: 2 | 3
  readonly interpreter?: string
  readonly soname?: string
  readonly needed?: readonly string[]
  readonly rpath?: string
  readonly runpath?: string
  readonly pie?: boolean
  readonly needs?: readonly WantedNeed[]
  readonly defines?: readonly string[]
  readonly buildId?: string
  /** Width of a DT_HASH entry in bytes. */
  readonly hashEntry?: 4 | 8
}

export interface WantedNeed {
  readonly library: string
  readonly versions: readonly { readonly name: string; readonly weak?: boolean; readonly symbols?: readonly string[] }[]
}

const base = 0x10000

/** Writes a small ELF file: one PT_LOAD, and the section headers that readelf wants to see (ours does without). */
export function craftElf(wanted: Wanted): Buffer {
  const { bits, little } = wanted
  const wordSize = bits / 8
  const strings = stringTable()
  const versions = (wanted.needs ?? []).flatMap(({ versions }) => versions)
  const symbols = versions.flatMap(({ symbols = [] }, index) => symbols.map((name) => ({ name, index: index + 2 })))
  const interpreter = wanted.interpreter === undefined ? null : Buffer.from(`${wanted.interpreter}\0`)
  const note = wanted.buildId === undefined ? null : noteOf(Buffer.from(wanted.buildId, 'hex'))
  const verneed = verneedOf()
  const verdef = verdefOf()
  const dynsym = Buffer.concat([{ name: '' }, ...symbols].map(({ name }) => symbolOf(strings.add(name))))
  const versym = Buffer.concat([0, ...symbols.map(({ index }) => index)].map(u16))
  const hashWord = wanted.hashEntry === 8 ? (value: number) => word(value, 8) : u32
  const hash = Buffer.concat([1, symbols.length + 1, 0, ...Array<number>(symbols.length + 1).fill(0)].map(hashWord))
  const names: [number, number][] = [
    ...(wanted.needed ?? []).map((name): [number, number] => [1, strings.add(name)]),
    ...tagged(14, wanted.soname),
    ...tagged(15, wanted.rpath),
    ...tagged(29, wanted.runpath),
  ]
  const headerSize = (bits === 64 ? 64 : 52) + 4 * (bits === 64 ? 56 : 32)
  const parts: Buffer[] = [Buffer.alloc(headerSize)]
  const at = {
    interpreter: place(interpreter),
    note: place(note),
    strings: place(strings.bytes()),
    dynsym: place(dynsym),
    versym: place(versym),
    hash: place(hash),
    verneed: place(verneed),
    verdef: place(verdef),
  }
  const dynamic = Buffer.concat(
    [
      ...names,
      [4, base + at.hash],
      [5, base + at.strings],
      [6, base + at.dynsym],
      [10, strings.bytes().length],
      [11, bits === 64 ? 24 : 16],
      ...(versions.length === 0 ? [] : [[0x6ffffff0, base + at.versym]]),
      ...(verneed === null
        ? []
        : [
            [0x6ffffffe, base + at.verneed],
            [0x6fffffff, wanted.needs?.length ?? 0],
          ]),
      ...(verdef === null
        ? []
        : [
            [0x6ffffffc, base + at.verdef],
            [0x6ffffffd, (wanted.defines?.length ?? 0) + 1],
          ]),
      ...(wanted.pie === true ? [[0x6ffffffb, 0x08000000]] : []),
      [0, 0],
    ].flatMap((entry) => entry.map((value) => word(value, wordSize))),
  )
  const dynamicAt = place(dynamic)
  const sectionsAt = place(sectionsOf())
  const size = Buffer.concat(parts).length
  const segments = [
    segmentOf(1, 0, size),
    segmentOf(2, dynamicAt, dynamic.length),
    ...(interpreter === null ? [] : [segmentOf(3, at.interpreter, interpreter.length)]),
    ...(note === null ? [] : [segmentOf(4, at.note, note.length)]),
  ]
  Buffer.concat([headerOf(segments.length), ...segments]).copy(parts[0] as Buffer)
  return Buffer.concat(parts)

  function place(part: Buffer | null): number {
    const offset = Buffer.concat(parts).length
    if (part !== null) parts.push(part, Buffer.alloc((8 - (part.length % 8)) % 8))
    return offset
  }

  function headerOf(count: number): Buffer {
    const sizes = bits === 64 ? [64, 56, count, 64, 7, 1] : [52, 32, count, 40, 7, 1]
    return Buffer.concat([
      Buffer.from([0x7f, 0x45, 0x4c, 0x46, bits / 32, little ? 1 : 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
      ...[wanted.type, wanted.machine].map(u16),
      u32(1),
      word(base, wordSize),
      word(bits === 64 ? 64 : 52, wordSize),
      word(sectionsAt, wordSize),
      u32(0),
      ...sizes.map(u16),
    ])
  }

  function sectionsOf(): Buffer {
    return Buffer.concat([
      sectionOf(0, 0, 0, 0),
      sectionOf(3, at.strings, strings.bytes().length, 0),
      sectionOf(11, at.dynsym, dynsym.length, 1),
      sectionOf(0x6fffffff, at.versym, versions.length === 0 ? 0 : versym.length, 2),
      sectionOf(0x6ffffffe, at.verneed, verneed?.length ?? 0, 1, wanted.needs?.length ?? 0),
      sectionOf(0x6ffffffd, at.verdef, verdef?.length ?? 0, 1, (wanted.defines?.length ?? 0) + 1),
      sectionOf(6, dynamicAt, dynamic.length, 1),
    ])
  }

  function sectionOf(type: number, offset: number, size: number, link: number, info = 0): Buffer {
    const place = [0, offset === 0 ? 0 : base + offset, offset, size].map((value) => word(value, wordSize))
    const entry = { 11: bits === 64 ? 24 : 16, 6: 2 * wordSize, 1879048191: 2 }[type] ?? 0
    const isAbsent = size === 0
    return Buffer.concat([
      u32(0),
      u32(isAbsent ? 0 : type),
      ...place,
      u32(link),
      u32(info),
      word(4, wordSize),
      word(entry, wordSize),
    ])
  }

  function segmentOf(type: number, offset: number, size: number): Buffer {
    const place = [offset, base + offset, base + offset, size, size].map((value) => word(value, wordSize))
    const align = word(type === 1 ? 0x1000 : 4, wordSize)
    return Buffer.concat(bits === 64 ? [u32(type), u32(5), ...place, align] : [u32(type), ...place, u32(5), align])
  }

  function verneedOf(): Buffer | null {
    let index = 1
    const libraries = wanted.needs ?? []
    const records = libraries.map(({ library, versions }, position) => {
      const next = position === libraries.length - 1 ? 0 : 16 + 16 * versions.length
      const aux = versions.map(({ name, weak = false }, nth) => {
        index += 1
        const step = nth === versions.length - 1 ? 0 : 16
        return Buffer.concat([u32(0), u16(weak ? 2 : 0), u16(index), u32(strings.add(name)), u32(step)])
      })
      return Buffer.concat([u16(1), u16(versions.length), u32(strings.add(library)), u32(16), u32(next), ...aux])
    })
    return records.length === 0 ? null : Buffer.concat(records)
  }

  function verdefOf(): Buffer | null {
    if (wanted.defines === undefined) return null
    const names = [wanted.soname ?? 'base', ...wanted.defines]
    const records = names.map((name, nth) => {
      const fields = [1, nth === 0 ? 1 : 0, 100 + nth, 1].map(u16)
      const steps = [0, 20, nth === names.length - 1 ? 0 : 28, strings.add(name), 0].map(u32)
      return Buffer.concat([...fields, ...steps])
    })
    return Buffer.concat(records)
  }

  function symbolOf(name: number): Buffer {
    const info = Buffer.from([0x12, 0])
    return bits === 64
      ? Buffer.concat([u32(name), info, u16(0), word(0, 8), word(0, 8)])
      : Buffer.concat([u32(name), u32(0), u32(0), info, u16(0)])
  }

  function noteOf(id: Buffer): Buffer {
    return Buffer.concat([u32(4), u32(id.length), u32(3), Buffer.from('GNU\0'), id])
  }

  function tagged(tag: number, text: string | undefined): [number, number][] {
    return text === undefined ? [] : [[tag, strings.add(text)]]
  }

  function u16(value: number): Buffer {
    return word(value, 2)
  }

  function u32(value: number): Buffer {
    return word(value, 4)
  }

  function word(value: number, size: number): Buffer {
    const bytes = Buffer.alloc(size)
    if (little) bytes.writeUIntLE(value, 0, Math.min(size, 6))
    else bytes.writeUIntBE(value, Math.max(0, size - 6), Math.min(size, 6))
    return bytes
  }
}

function stringTable() {
  let text = '\0'
  return {
    add(name: string): number {
      if (name === '') return 0
      const offset = Buffer.byteLength(text)
      text += `${name}\0`
      return offset
    },
    bytes: () => Buffer.from(text),
  }
}
