import { readFileSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { expect, test } from 'vitest'
import { isGlibcFamily, isToolchainCompanion } from '../../../packages/core/src/elf/glibc-family.js'
import { isGlibcLoader, type LoaderFamily, loaderFamily } from '../../../packages/core/src/elf/loader-names.js'
import { readElf } from '../../../packages/core/src/elf/read.js'
import { compareGlibc } from '../../../packages/core/src/glibc-version.js'
import { elfFilesBelow } from './machine-files.js'

test('versions are ordered by number', () => {
  const ordered = ['2.2', '2.2.5', '2.3', '2.3.4', '2.4', '2.17', '2.31', '2.34', '2.40', '3.0']
  expect([...ordered].reverse().sort(compareGlibc)).toEqual(ordered)
  expect(compareGlibc('2.31', '2.31')).toBe(0)
  expect(compareGlibc('2.31', '2.31.0')).toBe(0)
})

function libcDirectory(): string {
  return dirname(/ (\/\S*\/libc\.so\.6)$/m.exec(readFileSync('/proc/self/maps', 'utf8'))?.[1] ?? '')
}

test('every library that needs GLIBC_PRIVATE by name, as only glibc itself may, is of the family', () => {
  const libraries = elfFilesBelow(libcDirectory()).flatMap((path) => {
    const { kind, soname, requires, defines } = readElf(path)
    const isPrivate = [
      ...Object.values(requires)
        .flat()
        .map(({ version }) => version),
      ...defines,
    ].includes('GLIBC_PRIVATE')
    return kind === 'shared' && isPrivate && soname === basename(path) ? [soname] : []
  })
  expect(libraries).toContain('libc.so.6')
  expect(libraries).toContain('libm.so.6')
  expect(libraries.filter((soname) => !isGlibcFamily(soname))).toEqual([])
})

test.each([
  'ld-linux-x86-64.so.2',
  'ld-linux.so.2',
  'ld-linux-aarch64.so.1',
  'ld-linux-armhf.so.3',
  'ld-linux-riscv64-lp64d.so.1',
  'ld64.so.2',
  'ld.so.1',
  'libpthread.so.0',
  'libnss_files.so.2',
  'libmvec.so.1',
])('%s ships with glibc', (soname) => {
  expect(isGlibcFamily(soname)).toBe(true)
})

test.each(['libstdc++.so.6', 'libgcc_s.so.1'])('%s is the compiler’s', (soname) => {
  expect([isGlibcFamily(soname), isToolchainCompanion(soname)]).toEqual([false, true])
})

test.each(['libz.so.1', 'libc.so', 'libcrypt.so.1', 'libnsl.so.2', 'libm.so', 'ld-musl-x86_64.so.1'])(
  '%s is an ordinary library',
  (soname) => {
    expect([isGlibcFamily(soname), isToolchainCompanion(soname)]).toEqual([false, false])
  },
)

const interpreters: readonly [string, LoaderFamily][] = [
  ['/lib64/ld-linux-x86-64.so.2', 'glibc'],
  ['/lib/ld-linux.so.2', 'glibc'],
  ['/libx32/ld-linux-x32.so.2', 'glibc'],
  ['/lib/ld-linux-aarch64.so.1', 'glibc'],
  ['/lib/ld64.so.1', 'glibc'],
  ['/lib/ld.so.1', 'glibc'],
  ['/lib64/ld-lsb-x86-64.so.3', 'glibc'],
  ['/nix/store/abc-glibc-2.40/lib/ld-linux-x86-64.so.2', 'glibc'],
  ['/lib/ld-musl-x86_64.so.1', 'musl'],
  ['/lib/ld-musl-aarch64.so.1', 'musl'],
  ['/usr/lib/musl/lib/libc.so', 'musl'],
  ['/system/bin/linker64', 'android'],
  ['/system/bin/linker', 'android'],
  ['/lib/ld-uClibc.so.0', 'uclibc'],
  ['/libexec/ld-elf.so.1', 'bsd'],
  ['/tmp/linker64', 'unknown'],
  ['/opt/ld-linux-x86-64.so.2.bak', 'unknown'],
]

test.each(interpreters)('the loader %s is of %s', (interpreter, family) => {
  expect(loaderFamily(interpreter)).toBe(family)
  expect(isGlibcLoader(interpreter)).toBe(family === 'glibc')
})

test('the loaders that the programs of this machine name are known', () => {
  const loaders = new Set(elfFilesBelow('/usr/bin').map((path) => readElf(path).interpreter ?? ''))
  loaders.delete('')
  expect(loaders.size).toBeGreaterThan(0)
  expect([...loaders].filter((loader) => loaderFamily(loader) === 'unknown')).toEqual([])
})
