import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { dirSync, setGracefulCleanup } from 'tmp'
import { expect, test } from 'vitest'
import { readFloor } from '../../../packages/core/src/elf/floor.js'
import { inspect } from '../../../packages/core/src/elf/inspect.js'
import { readElf } from '../../../packages/core/src/elf/read.js'
import { craftElf, type Wanted } from './craft.js'
import { seenByReadelf, symbolsByReadelf } from './readelf.js'

setGracefulCleanup()
const directory = dirSync({ unsafeCleanup: true }).name

const program: Omit<Wanted, 'bits' | 'little' | 'machine'> = {
  type: 3,
  pie: true,
  interpreter: '/lib/ld.so.1',
  needed: ['libm.so.6', 'libc.so.6'],
  rpath: '/old/lib',
  runpath: '$ORIGIN/../lib',
  buildId: '00112233445566778899aabbccddeeff00112233',
  needs: [
    { library: 'libm.so.6', versions: [{ name: 'GLIBC_2.29', symbols: ['exp', 'pow'] }] },
    {
      library: 'libc.so.6',
      versions: [
        { name: 'GLIBC_2.4', symbols: ['read'] },
        { name: 'GLIBC_2.29', symbols: ['getcpu'] },
        { name: 'GLIBC_2.38', weak: true, symbols: ['strlcpy'] },
        { name: 'GLIBC_PRIVATE', symbols: ['_dl_exception_create'] },
      ],
    },
  ],
}

const machines: readonly Pick<Wanted, 'bits' | 'little' | 'machine' | 'hashEntry'>[] = [
  { bits: 64, little: false, machine: 22, hashEntry: 8 },
  { bits: 32, little: false, machine: 22 },
  { bits: 64, little: true, machine: 36902, hashEntry: 8 },
  { bits: 32, little: false, machine: 20 },
  { bits: 64, little: false, machine: 21 },
  { bits: 64, little: true, machine: 21 },
  { bits: 32, little: false, machine: 8 },
  { bits: 64, little: false, machine: 43 },
  { bits: 32, little: true, machine: 40 },
  { bits: 64, little: true, machine: 183 },
  { bits: 64, little: true, machine: 243 },
  { bits: 32, little: true, machine: 243 },
  { bits: 32, little: true, machine: 3 },
  { bits: 64, little: true, machine: 258 },
]

const wanted: readonly Wanted[] = [
  ...machines.map((machine) => ({ ...machine, ...program })),
  ...machines.map((machine): Wanted => {
    const defines = ['CRAFTED_1.0', 'CRAFTED_1.1']
    return { ...machine, type: 3, soname: 'libcrafted.so.1', needed: ['libc.so.6'], defines }
  }),
  { bits: 32, little: false, machine: 8, type: 2 },
  { bits: 64, little: false, machine: 22, type: 3, pie: true },
  { bits: 64, little: false, machine: 22, type: 2, interpreter: '/lib/ld64.so.1' },
]

const paths = wanted.map((file, index) => write(`crafted-${index}`, craftElf(file)))

function write(name: string, content: Buffer): string {
  const path = join(directory, name)
  writeFileSync(path, content)
  return path
}

test('files of other machines, both classes and both byte orders read as readelf reads them', () => {
  const seen = seenByReadelf(paths)
  expect(paths.map(readElf)).toEqual(paths.map((path) => seen.get(path)?.file))
  expect(new Set([...seen.values()].map(({ file }) => `${file.bits} ${file.byteOrder}`)).size).toBe(4)
})

test('the floor of files of other machines counts numbers, not letters, and no weak or private version', () => {
  const symbols = symbolsByReadelf(seenByReadelf(paths))
  for (const path of paths.slice(0, machines.length)) {
    expect(readFloor(path)).toEqual({
      glibc: '2.29',
      symbols: [
        { name: 'exp', version: 'GLIBC_2.29', library: 'libm.so.6' },
        { name: 'pow', version: 'GLIBC_2.29', library: 'libm.so.6' },
        { name: 'getcpu', version: 'GLIBC_2.29', library: 'libc.so.6' },
      ],
    })
    expect(symbols.get(path)?.map(({ name }) => name)).toContain('_dl_exception_create')
  }
})

test('files whose section headers are stripped read the same', () => {
  const whole = paths.slice(0, machines.length).map((path) => ({ ...inspect(path), path: '' }))
  const stripped = wanted.slice(0, machines.length).map((file, index) => {
    const content = craftElf(file)
    content.fill(0, file.bits === 64 ? 40 : 32, file.bits === 64 ? 48 : 36)
    return { ...inspect(write(`stripped-${index}`, content)), path: '' }
  })
  expect(stripped).toEqual(whole)
})

test('weak needs are listed, and marked', () => {
  expect(inspect(paths[0] ?? '')).toMatchObject({
    requires: { 'libc.so.6': ['GLIBC_2.4', 'GLIBC_2.29', 'GLIBC_2.38', 'GLIBC_PRIVATE'] },
    weak: { 'libc.so.6': ['GLIBC_2.38'] },
    floor: { glibc: '2.29' },
  })
})

const floors: readonly [string, readonly string[], string | null][] = [
  ['an ABI marker counts as the release that brought it', ['GLIBC_2.4', 'GLIBC_ABI_DT_RELR'], '2.36'],
  ['a later number beats a marker', ['GLIBC_ABI_DT_RELR', 'GLIBC_2.38'], '2.38'],
  ['the markers of 2.42', ['GLIBC_ABI_GNU2_TLS', 'GLIBC_2.38'], '2.42'],
  ['a marker of no table raises nothing', ['GLIBC_ABI_FUTURE', 'GLIBC_2.17'], '2.17'],
  ['three numbers', ['GLIBC_2.2', 'GLIBC_2.2.5', 'GLIBC_2.2.1'], '2.2.5'],
  ['private versions alone', ['GLIBC_PRIVATE'], null],
  ['versions of other libraries', ['GLIBCXX_3.4.30', 'CXXABI_1.3', 'GCC_3.0'], null],
]

test.each(floors)('floor: %s', (name, versions, glibc) => {
  const needs = [{ library: 'libc.so.6', versions: versions.map((version) => ({ name: version })) }]
  const content = craftElf({ bits: 64, little: true, machine: 62, type: 3, needed: ['libc.so.6'], needs })
  const floor = readFloor(write(name.replaceAll(' ', '-'), content))
  expect(floor).toEqual(glibc === null ? null : { glibc, symbols: [] })
})

test('only weak needs give no floor', () => {
  const needs = [{ library: 'libc.so.6', versions: [{ name: 'GLIBC_2.38', weak: true, symbols: ['strlcpy'] }] }]
  const path = write('weak', craftElf({ bits: 64, little: true, machine: 62, type: 3, needs }))
  expect(readFloor(path)).toBeNull()
})

test('a library named like a property of objects is a library', () => {
  const needs = [{ library: '__proto__', versions: [{ name: 'GLIBC_2.31' }] }]
  const path = write('proto', craftElf({ bits: 64, little: true, machine: 62, type: 3, needs }))
  expect(Object.entries(readElf(path).requires)).toEqual([['__proto__', [{ version: 'GLIBC_2.31', weak: false }]]])
})

test('a machine of no table is named by its number', () => {
  const path = write('em', craftElf({ bits: 64, little: true, machine: 4242, type: 3 }))
  expect(readElf(path)).toMatchObject({ machine: 'em-4242', kind: 'shared', requires: {}, defines: [] })
})
