import { closeSync, copyFileSync, openSync, readFileSync, truncateSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { dirSync, setGracefulCleanup } from 'tmp'
import { expect, test } from 'vitest'
import { type Inspection, inspect } from '../../../packages/core/src/elf/inspect.js'
import { readElf } from '../../../packages/core/src/elf/read.js'
import { failure } from '../failure.js'
import { craftElf } from './craft.js'
import { elfFilesBelow } from './machine-files.js'

setGracefulCleanup()
const directory = dirSync({ unsafeCleanup: true }).name

const small = craftElf({
  bits: 64,
  little: true,
  machine: 62,
  type: 3,
  pie: true,
  interpreter: '/lib64/ld-linux-x86-64.so.2',
  needed: ['libm.so.6', 'libc.so.6'],
  runpath: '$ORIGIN',
  buildId: '0123456789abcdef',
  defines: ['SELF_1'],
  needs: [
    { library: 'libm.so.6', versions: [{ name: 'GLIBC_2.29', symbols: ['exp'] }] },
    { library: 'libc.so.6', versions: [{ name: 'GLIBC_2.4', symbols: ['read'] }, { name: 'GLIBC_2.2.5' }] },
  ],
})

/** Real programs and the real libc, whose tables are large. */
const victims = [process.execPath, ...elfFilesBelow('/usr/bin').slice(0, 3), ...libraries()]

function libraries(): readonly string[] {
  const mapped = readFileSync('/proc/self/maps', 'utf8').matchAll(/ (\/\S*\/lib(?:c|m|stdc\+\+)\.so\.\d+\S*)$/gm)
  return [...new Set([...mapped].map((match) => match[1] ?? ''))]
}

/** xorshift32: the same faults in every run. */
function randomOf(seed: number): (limit: number) => number {
  let state = seed
  return (limit) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % limit
  }
}

/** Fails unless the file is read, or refused with an error of ours. */
function outcome(path: string): string {
  const inspection = inspect(path)
  return 'error' in inspection ? inspection.error.code : inspection.kind
}

function counted(outcomes: readonly string[]): ReadonlyMap<string, number> {
  return new Map([...new Set(outcomes)].map((name) => [name, outcomes.filter((one) => one === name).length]))
}

function copyOf(path: string): string {
  const copy = join(directory, 'victim')
  copyFileSync(path, copy)
  return copy
}

test('the victims are what they are meant to be', () => {
  expect(victims.map(outcome)).toContain('dynamic')
  expect(victims.map(outcome)).toContain('shared')
})

test.each(victims)('%s cut anywhere gives what the whole gives, or is refused: nothing is silently lost', (path) => {
  const copy = copyOf(path)
  const whole: Inspection = { ...inspect(path), path: copy }
  const random = randomOf(1)
  const size = readFileSync(copy).length
  const cuts = [...Array.from({ length: 400 }, () => random(size)), ...Array.from({ length: 400 }, () => random(4096))]
  const codes = new Set<string>()
  for (const cut of cuts.sort((a, b) => b - a)) {
    truncateSync(copy, cut)
    const cutInspection = inspect(copy)
    if ('error' in cutInspection) codes.add(cutInspection.error.code)
    else if (cut >= 4) expect(withoutSections(cutInspection)).toEqual(withoutSections(whole))
  }
  expect(codes).toEqual(new Set(['ELF_TRUNCATED']))
})

/** Some linkers keep the build-id in the sections alone, which the loader never reads. */
function withoutSections(inspection: Inspection): unknown {
  return { ...inspection, buildId: null }
}

test.each(victims)('%s with flipped bits is read or refused', (path) => {
  const copy = copyOf(path)
  const content = readFileSync(copy)
  const random = randomOf(2)
  const fd = openSync(copy, 'r+')
  const outcomes: string[] = []
  for (let count = 0; count < 600; count++) {
    const offset = random(count % 2 === 0 ? 4096 : content.length)
    const original = content[offset] ?? 0
    writeSync(fd, Buffer.from([original ^ (1 << random(8))]), 0, 1, offset)
    outcomes.push(outcome(copy))
    writeSync(fd, Buffer.from([original]), 0, 1, offset)
  }
  closeSync(fd)
  expect(counted(outcomes).size).toBeGreaterThan(1)
  expect(inspect(copy)).toEqual({ ...inspect(path), path: copy })
})

const values = [0, 1, 0x7fffffff, 0x80000000, 0xfffffff0, 0xffffffff]

test.each(values)('a small program with any one or two words replaced by %i is read or refused', (value) => {
  const path = join(directory, 'replaced')
  const outcomes: string[] = []
  for (let offset = 0; offset + 8 <= small.length; offset += 2) {
    for (const width of [1, 2]) {
      const content = Buffer.from(small)
      for (let word = 0; word < width; word++) content.writeUInt32LE(value, offset + 4 * word)
      writeFileSync(path, content)
      outcomes.push(outcome(path))
    }
  }
  expect(counted(outcomes).size).toBeGreaterThan(3)
})

test('the typed error says which file, what was found and what to do', () => {
  const path = join(directory, 'cut')
  writeFileSync(path, small.subarray(0, 100))
  const error = failure(() => readElf(path))
  expect(error).toMatchObject({ code: 'ELF_TRUNCATED', details: { path } })
  expect(error.message).toContain(path)
  expect(error.message).toContain('it has 100 bytes')
  expect(error.hint).not.toBe('')
})

const faults: readonly [string, (content: Buffer) => unknown, string][] = [
  ['no class', (content) => content.writeUInt8(7, 4), 'class 7'],
  ['no byte order', (content) => content.writeUInt8(0, 5), 'byte order 0'],
  ['program headers of another size', (content) => content.writeUInt16LE(57, 54), 'program headers of 57 bytes'],
  ['no program headers', (content) => content.writeUInt16LE(0, 56), '0 program headers'],
  ['a loader name without end', (content) => content.write('xx', content.indexOf('.so.2\0') + 4), 'has no end'],
]

test.each(faults)('%s: refused as malformed', (_, damage, found) => {
  const path = join(directory, 'faulty')
  const content = Buffer.from(small)
  damage(content)
  writeFileSync(path, content)
  const error = failure(() => readElf(path))
  expect(error.code).toBe('ELF_MALFORMED')
  expect(error.message).toContain(found)
})

test('lists that never end, and strings that cover each other, cost little', () => {
  const count = 200_000
  const path = join(directory, 'endless')
  const start = 4096
  const dynamicSize = 16 * count
  const content = Buffer.alloc(start + dynamicSize + 70_000, 'A')
  craftElf({ bits: 64, little: true, machine: 62, type: 3 }).copy(content, 0, 0, 64)
  content.writeUInt16LE(2, 56)
  writeSegment(content, 64, 1, 0, content.length)
  writeSegment(content, 120, 2, start, dynamicSize)
  for (let index = 0; index < count; index++) {
    content.writeBigUInt64LE(index === 0 ? 5n : 1n, start + 16 * index)
    content.writeBigUInt64LE(index === 0 ? BigInt(start + dynamicSize) : 0n, start + 16 * index + 8)
  }
  writeFileSync(path, content)
  expect(failure(() => readElf(path))).toMatchObject({ code: 'ELF_MALFORMED' })
  content.writeBigUInt64LE(0n, start + 16 * 1000)
  content.writeUInt8(0, start + dynamicSize + 60_000)
  writeFileSync(path, content)
  expect(failure(() => readElf(path))).toMatchObject({ code: 'ELF_MALFORMED' })
})

test('notes that lie over each other cost little', () => {
  const sections = 65_000
  const path = join(directory, 'notes')
  const content = Buffer.concat([small, Buffer.alloc(60_000), Buffer.alloc(64 * sections)])
  const id = content.indexOf('GNU\0')
  content.write('GPU', id)
  const at = small.length + 60_000
  content.writeBigUInt64LE(BigInt(at), 40)
  content.writeUInt16LE(sections, 60)
  for (let index = 0; index < sections; index++) {
    content.writeUInt32LE(7, at + 64 * index + 4)
    content.writeBigUInt64LE(BigInt(small.length), at + 64 * index + 24)
    content.writeBigUInt64LE(60_000n, at + 64 * index + 32)
  }
  writeFileSync(path, content)
  expect(readElf(path)).toMatchObject({ kind: 'dynamic', buildId: null })
})

function writeSegment(content: Buffer, at: number, type: number, offset: number, size: number): void {
  content.writeUInt32LE(type, at)
  content.writeUInt32LE(4, at + 4)
  for (const [field, value] of [8, 16, 24, 32, 40].map((field) => [field, field < 32 ? offset : size] as const)) {
    content.writeBigUInt64LE(BigInt(value), at + field)
  }
}
