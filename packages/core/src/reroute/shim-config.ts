import type { Sysroot } from '../sysroot/sysroot.js'
import { plainGlobs } from './plain-globs.js'
import { findStrings, padDirectory } from './strings.js'
import { systemDirectories } from './system-directories.js'

/** A string of libc.so.6, by its offset in the file, and the bytes that the shim puts over it in memory. */
export interface LibcPatch {
  readonly offset: number
  readonly bytes: Buffer
}

export interface ShimConfig {
  readonly journals: string
  readonly libcBuildId: string
  readonly patches: readonly LibcPatch[]
  /** How a rerouted process starts others: the same loaders that the hook uses. */
  readonly columnLoader: string
  /** Its loader takes other options, and the shim's path is in the place of the library path. */
  readonly columnIsMusl?: boolean
  readonly columnLibraryPath: string
  readonly hostLoader: string
  readonly scope: ShimScope
  /** Socket of the session's accountant; empty: the shims' own announcements are all there is. */
  readonly accountant: string
  /** Where every process keeps the paths of the sealed loaders; 0n: nowhere. */
  readonly startPage: bigint
  /** Of programs under test, and of tools. */
  readonly columnMachine: ElfMachine
  readonly hostMachine: ElfMachine
  /** What runs programs under test, where the kernel doesn't. */
  readonly emulator: string | null
}

/** e_ident[EI_CLASS], e_ident[EI_DATA] and e_machine (elf(5)). */
export interface ElfMachine {
  readonly width: number
  readonly order: number
  readonly number: number
}

/** What an ELF file's first bytes say of its machine. */
export function machineOf(file: Buffer): ElfMachine {
  const [width = 0, order = 0] = file.subarray(4, 6)
  return { width, order, number: order === bigEndian ? file.readUInt16BE(18) : file.readUInt16LE(18) }
}

const bigEndian = 2

/** Which programs count, as `plan` has it. */
export interface ShimScope {
  readonly root: string
  readonly node: string
  readonly programs: readonly string[] | null
  readonly exclude: readonly string[]
}

// The layout of `struct config` in packages/native/c/config.h: offset and size of each field.
const magic = Buffer.from('glibc-matrix/cfg', 'latin1')
const at = {
  patchCount: 16,
  programsOnly: 20,
  patches: 264,
  columnIsMusl: 7540,
  startPage: 7544,
  columnMachine: 7552,
  hostMachine: 7556,
}
const texts = {
  journals: [24, 192],
  libcBuildId: [216, 48],
  columnLoader: [776, 128],
  columnLibraryPath: [904, 256],
} as const
const moreTexts = {
  hostLoader: [1160, 128],
  root: [1288, 512],
  node: [1800, 512],
  accountant: [7432, 108],
  emulator: [7560, 256],
} as const
const lists = { systemDirectories: [2312, 1024], programs: [3336, 2048], exclude: [5384, 2048] } as const
const patchLayout = { size: 64, length: 8, text: 12, textSize: 52, most: 8 }

/** The shim with a column's settings written into its data: no environment variable is needed, so none is seen. */
export function configureShim(shim: Buffer, config: ShimConfig): Buffer {
  const start = shim.indexOf(magic)
  if (start === -1 || shim.indexOf(magic, start + 1) !== -1)
    throw new RangeError('the shim has no single configuration block')
  const copy = Buffer.from(shim)
  const block = copy.subarray(start)
  const { root, node, programs, exclude } = config.scope
  for (const name of ['journals', 'libcBuildId', 'columnLoader', 'columnLibraryPath'] as const) {
    writeText(block, texts[name], config[name])
  }
  writeText(block, moreTexts.hostLoader, config.hostLoader)
  writeText(block, moreTexts.accountant, config.accountant)
  writeText(block, moreTexts.root, root)
  writeText(block, moreTexts.node, node)
  writeList(block, lists.systemDirectories, systemDirectories)
  writeList(block, lists.programs, (programs ?? []).flatMap(plainGlobs))
  writeList(block, lists.exclude, exclude.flatMap(plainGlobs))
  writeText(block, moreTexts.emulator, config.emulator ?? '')
  const numbers = numbersOf(shim, block)
  numbers.u32(programs === null ? 0 : 1, at.programsOnly)
  numbers.u32(config.columnIsMusl ? 1 : 0, at.columnIsMusl)
  numbers.u64(config.startPage, at.startPage)
  for (const name of ['columnMachine', 'hostMachine'] as const) {
    block[at[name]] = config[name].width
    block[at[name] + 1] = config[name].order
    numbers.u16(config[name].number, at[name] + 2)
  }
  writePatches(block, config.patches, numbers)
  return copy
}

/** Writes numbers in the shim's own byte order. */
interface Numbers {
  u16(value: number, offset: number): void
  u32(value: number, offset: number): void
  u64(value: bigint, offset: number): void
}

function numbersOf(shim: Buffer, block: Buffer): Numbers {
  if (machineOf(shim).order === bigEndian)
    return {
      u16: (value, offset) => void block.writeUInt16BE(value, offset),
      u32: (value, offset) => void block.writeUInt32BE(value, offset),
      u64: (value, offset) => void block.writeBigUInt64BE(value, offset),
    }
  return {
    u16: (value, offset) => void block.writeUInt16LE(value, offset),
    u32: (value, offset) => void block.writeUInt32LE(value, offset),
    u64: (value, offset) => void block.writeBigUInt64LE(value, offset),
  }
}

function writePatches(block: Buffer, patches: readonly LibcPatch[], numbers: Numbers): void {
  const written = patches.slice(0, patchLayout.most)
  numbers.u32(written.length, at.patchCount)
  for (const [index, patch] of written.entries()) {
    const entry = at.patches + index * patchLayout.size
    numbers.u64(BigInt(patch.offset), entry)
    numbers.u32(patch.bytes.length, entry + patchLayout.length)
    patch.bytes.copy(block, entry + patchLayout.text)
  }
}

/**
 * libc.so.6 has the directories of gconv modules and locales built in (glibc iconv/gconv_conf.c, locale/findlocale.c,
 * locale/loadarchive.c). Without this an old libc looks at the host's, which belong to another glibc.
 */
export function libcPatches(libc: Buffer, sysroot: Sysroot, links: { gconv: string; locales: string }): LibcPatch[] {
  const builtIn = builtInDirectories(libc)
  const patches: LibcPatch[] = []
  if (builtIn.gconv !== null && sysroot.gconv !== null) {
    patches.push(...replace(libc, builtIn.gconv, links.gconv))
    // The cache holds the absolute directories of the machine it was made on; without it the modules' own lists are read.
    patches.push(...replace(libc, `${builtIn.gconv}/gconv-modules.cache`, '/dev/null/gconv-modules.cache'))
  }
  if (builtIn.locales !== null) {
    const padded = padDirectory(links.locales, builtIn.locales.length)
    if (padded !== null) patches.push(...replace(libc, builtIn.locales, padded))
    patches.push(...replace(libc, `${builtIn.locales}/locale-archive`, `${links.locales}/locale-archive`))
  }
  return patches.filter((patch) => patch.bytes.length <= patchLayout.textSize)
}

function builtInDirectories(libc: Buffer): { gconv: string | null; locales: string | null } {
  return {
    gconv: stringBefore(libc, '/gconv/gconv-modules.cache', '/gconv'),
    locales: stringBefore(libc, '/locale-archive', ''),
  }
}

/** The directory part of the one built-in string that ends in `ending`. */
function stringBefore(libc: Buffer, ending: string, keep: string): string | null {
  const at = libc.indexOf(`${ending}\0`, 0, 'latin1')
  if (at === -1) return null
  const start = libc.lastIndexOf(0, at) + 1
  return libc[start] === 0x2f ? libc.toString('latin1', start, at) + keep : null
}

/** Nothing where the new string doesn't fit: the host's directory stays, which the loader's own checks then refuse. */
function replace(libc: Buffer, old: string, fresh: string): LibcPatch[] {
  if (fresh.length > old.length) return []
  const bytes = Buffer.alloc(old.length)
  bytes.write(fresh, 'latin1')
  return findStrings(libc, old).map((offset) => ({ offset, bytes }))
}

type Field = readonly [offset: number, size: number]

function writeText(block: Buffer, [offset, size]: Field, text: string): void {
  if (Buffer.byteLength(text) >= size) throw new RangeError(`'${text}' is longer than the shim's ${size - 1} bytes`)
  block.fill(0, offset, offset + size)
  block.write(text, offset)
}

/** Strings, each ended by NUL, and one more NUL at the end. */
function writeList(block: Buffer, field: Field, items: readonly string[]): void {
  writeText(block, field, items.map((item) => `${item}\0`).join(''))
}
