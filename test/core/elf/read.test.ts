import { expect, test } from 'vitest'
import type { ElfFile } from '../../../packages/core/src/elf/elf-file.js'
import { readElf } from '../../../packages/core/src/elf/read.js'
import { elfFilesBelow } from './machine-files.js'
import { seenByReadelf } from './readelf.js'

const paths = elfFilesBelow('/usr/bin', '/usr/lib')
const seen = seenByReadelf(paths)
const ours = new Map(paths.map((path) => [path, readElf(path)]))

test('the machine has programs, libraries and objects to compare', () => {
  const kinds = new Set([...seen.values()].map(({ file }) => file.kind))
  expect(kinds).toContain('dynamic')
  expect(kinds).toContain('shared')
  expect(paths.length).toBeGreaterThan(300)
  const files = [...seen.values()].map(({ file }) => file)
  for (const name of ['interpreter', 'soname', 'runpath', 'buildId'] as const) {
    expect(files.filter((file) => file[name] !== null).length, name).toBeGreaterThan(0)
  }
  expect(files.filter((file) => Object.keys(file.requires).length > 0).length).toBeGreaterThan(300)
  expect(files.filter((file) => file.defines.length > 0).length).toBeGreaterThan(30)
})

const fields: readonly (keyof ElfFile)[] = [
  'kind',
  'machine',
  'bits',
  'byteOrder',
  'interpreter',
  'soname',
  'needed',
  'rpath',
  'runpath',
  'requires',
  'defines',
  'buildId',
]

test.each(fields)('%s of every ELF file of /usr/bin and /usr/lib is what readelf says', (name) => {
  const differences = paths.flatMap((path) => {
    const found = ours.get(path)?.[name]
    const expected = seen.get(path)?.file[name]
    return JSON.stringify(found) === JSON.stringify(expected) ? [] : [{ path, found, expected }]
  })
  expect(differences).toEqual([])
})
