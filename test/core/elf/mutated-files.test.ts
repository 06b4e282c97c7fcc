import { spawnSync } from 'node:child_process'
import {
  closeSync,
  copyFileSync,
  ftruncateSync,
  openSync,
  readFileSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { dirSync, setGracefulCleanup } from 'tmp'
import { expect, test } from 'vitest'
import type { ElfFile } from '../../../packages/core/src/elf/elf-file.js'
import { inspect } from '../../../packages/core/src/elf/inspect.js'
import { readLinkage } from '../../../packages/core/src/elf/linkage.js'
import { readElf } from '../../../packages/core/src/elf/read.js'
import { isGlibcMatrixError } from '../../../packages/core/src/errors.js'
import { numbersFrom } from '../sysroot/unpack/mutate.js'
import { elfFilesBelow } from './machine-files.js'
import { seenByReadelf } from './readelf.js'

setGracefulCleanup()

/** `npm run fuzz:elf` asks for a million, in shards of which each has seeds of its own. */
const COUNT = Number(process.env.GLIBC_MATRIX_FUZZ_ELF ?? 3000)
const [SHARD, SHARDS] = (process.env.GLIBC_MATRIX_FUZZ_SHARD ?? '1/1').split('/').map(Number) as [number, number]

/** So many cases are compared with readelf, which takes some milliseconds for each. */
const COMPARED = Math.max(60, COUNT / 100)

/** Small ones of each kind, whose tables are all of the file, and the libc. */
const victims = [...sample(elfFilesBelow('/usr/bin'), 8), ...sample(elfFilesBelow('/usr/lib'), 16), libc()]

function sample(files: readonly string[], count: number): readonly string[] {
  const small = files.filter((path) => statSync(path).size < 300_000).sort()
  return small.filter((_, index) => index % Math.ceil(small.length / count) === 0)
}

function libc(): string {
  return / (\/\S*\/libc\.so\.6)$/m.exec(readFileSync('/proc/self/maps', 'utf8'))?.[1] as string
}

interface Victim {
  readonly path: string
  readonly bytes: Buffer
  /** Where the tables lie that a loader reads. */
  readonly tables: readonly (readonly [start: number, size: number])[]
}

function copyInto(directory: string, original: string, index: number): Victim {
  const path = join(directory, String(index))
  copyFileSync(original, path)
  const { stdout } = spawnSync('readelf', ['-SW', path], { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } })
  const names = /\] \.(?:interp|note\S*|gnu\.hash|hash|dynsym|dynstr|gnu\.version\S*|dynamic) +\w+ +\w+ (\w+) (\w+) /g
  const sections = [...stdout.matchAll(names)].map(([, start = '', size = '']): [number, number] => [
    Number.parseInt(start, 16),
    Number.parseInt(size, 16),
  ])
  return { path, bytes: readFileSync(path), tables: [[0, 64], [64, 560], ...sections] }
}

/** Puts other bytes in one to three places, mostly of the tables; now and then the file is cut off. Answers how to undo it. */
function damage({ path, bytes, tables }: Victim, next: () => number): () => void {
  const below = (end: number) => Math.floor(next() * end)
  const fd = openSync(path, 'r+')
  const places = Array.from({ length: 1 + below(3) }, () => {
    const [start, size] = below(8) === 0 ? [0, bytes.length] : (tables[below(tables.length)] as [number, number])
    const at = Math.min(start + below(size), bytes.length - 8)
    const value = bytesFor(below, bytes, at)
    writeSync(fd, value, 0, value.length, at)
    return [at, value.length] as const
  })
  const isCut = below(20) === 0
  if (isCut) ftruncateSync(fd, below(bytes.length))
  return () => {
    for (const [at, length] of places) writeSync(fd, bytes, at, length, at)
    if (isCut) writeSync(fd, bytes, 0, bytes.length, 0)
    closeSync(fd)
  }
}

/** A byte, a bit, or a number of 2, 4 or 8 bytes as an attacker would choose it. */
function bytesFor(below: (end: number) => number, bytes: Buffer, at: number): Buffer {
  const kind = below(4)
  if (kind === 0) return Buffer.from([below(256)])
  if (kind === 1) return Buffer.from([(bytes[at] as number) ^ (1 << below(8))])
  const value = Buffer.alloc([2, 4, 8][below(3)] as number)
  if (kind === 2) return value.fill([0, 0xff, 0x7f, 0x80][below(4)] as number)
  value.writeUIntLE(below(2 ** 16), 0, 2)
  return value
}

test('mutated files of this machine are read, or refused by name', { timeout: 7_200_000 }, () => {
  const directory = dirSync({ unsafeCleanup: true }).name
  const copies = victims.map((path, index) => copyInto(directory, path, index))
  expect(copies.length).toBeGreaterThan(15)
  let [read, refused] = [0, 0]
  for (let seed = SHARD; seed <= COUNT; seed += SHARDS) {
    const victim = copies[seed % copies.length] as Victim
    const undo = damage(victim, numbersFrom(seed))
    try {
      if ('error' in inspect(victim.path)) refused += 1
      else read += 1
      readLinkage(victim.path)
    } catch (error) {
      if (!isGlibcMatrixError(error)) throw new Error(`seed ${seed}: ${(error as Error).stack}`)
    } finally {
      undo()
    }
  }
  for (const { path, bytes } of copies) expect(readFileSync(path).equals(bytes), 'each is whole again').toBe(true)
  expect(Math.min(read, refused)).toBeGreaterThan(COUNT / SHARDS / 20)
})

/** What both read of program headers and the dynamic section alone; versions readelf reads by section headers, as no loader does. */
const compared = ['machine', 'bits', 'byteOrder', 'interpreter', 'soname', 'needed', 'rpath', 'runpath'] as const

test('what readelf takes without a warning reads as it says', { timeout: 7_200_000 }, () => {
  const directory = dirSync({ unsafeCleanup: true }).name
  const wide = victims.filter((path) => readElf(path).bits === 64)
  const copies = wide.map((path, index) => withoutSections(copyInto(directory, path, index)))
  let same = 0
  for (let seed = SHARD; seed <= COMPARED; seed += SHARDS) {
    const victim = copies[seed % copies.length] as Victim
    const undo = damage(victim, numbersFrom(1_000_000_000 + seed))
    try {
      const ours = readOrNull(victim.path)
      if (ours === null || ours.kind === 'object' || !isPlain(ours) || !isTakenByReadelf(victim.path)) continue
      const theirs = seenByReadelf([victim.path]).get(victim.path)?.file as ElfFile
      const pick = (file: ElfFile) => Object.fromEntries(compared.map((name) => [name, file[name]]))
      expect({ seed, ...pick(ours) }).toEqual({ seed, ...pick(theirs) })
      same += 1
    } finally {
      undo()
    }
  }
  expect(same).toBeGreaterThan(COMPARED / SHARDS / 10)
})

/** Where there are section headers readelf goes by them: without any (gABI: e_shoff, e_shnum) it reads as a loader does. */
function withoutSections(victim: Victim): Victim {
  const bytes = Buffer.from(victim.bytes).fill(0, 40, 48).fill(0, 58, 64)
  writeFileSync(victim.path, bytes)
  return { ...victim, bytes }
}

function readOrNull(path: string): ElfFile | null {
  try {
    return readElf(path)
  } catch (error) {
    if (isGlibcMatrixError(error)) return null
    throw error
  }
}

/** readelf writes signs that are none of ASCII in ways of its own, as it does machines without a name. */
function isPlain(file: ElfFile): boolean {
  const texts = compared.flatMap((name) => file[name] ?? '')
  return /^[ -~]*$/.test(texts.join('')) && !file.machine?.startsWith('em-')
}

/** Where PT_DYNAMIC gives an offset and an address that don't fit, a loader goes by the address, and readelf by the offset. */
function isTakenByReadelf(path: string): boolean {
  const env = { ...process.env, LC_ALL: 'C' }
  const { status, stderr, stdout } = spawnSync('readelf', ['-hldVnW', path], { env, encoding: 'utf8' })
  if (status !== 0 || stderr !== '') return false
  // Without DT_STRSZ, which no loader reads, readelf names nothing.
  if (/\((?:NEEDED|SONAME|RPATH|RUNPATH)\) +0x/.test(stdout)) return false
  const rows = [...stdout.matchAll(/^ {2}(LOAD|DYNAMIC) +(0x\w+) (0x\w+) 0x\w+ (0x\w+) /gm)]
  const segments = rows.map(([, type, ...numbers]) => ({
    type,
    numbers: numbers.map(Number) as [number, number, number],
  }))
  const dynamic = segments.find(({ type }) => type === 'DYNAMIC')
  if (dynamic === undefined) return true
  const [offset, address] = dynamic.numbers
  const load = segments.find(
    ({ type, numbers: [, start, size] }) => type === 'LOAD' && address >= start && address < start + size,
  )
  return load !== undefined && offset - load.numbers[0] === address - load.numbers[1]
}
