import { cpSync, mkdirSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { isGlibcFamily } from '../../../packages/core/src/elf/glibc-family.js'
import { resolveSysroot } from '../../../packages/core/src/sysroot/resolve.js'
import type { Sysroot } from '../../../packages/core/src/sysroot/sysroot.js'
import { rejection } from '../failure.js'
import { library } from '../reroute/programs.js'
import { sysroot } from '../reroute/sysroots.js'
import { temporary } from './debian/machine.js'

let bullseye: Sysroot

beforeAll(async () => {
  bullseye = await sysroot('debian:bullseye')
  await sysroot('debian:trixie')
})

/** A glibc alone, as a build leaves it: the real 2.31 without gcc's runtime. */
function bareGlibc(): string {
  const lib = join(realpathSync(temporary()), 'prefix/lib')
  mkdirSync(lib, { recursive: true })
  const names = bullseye.libraryPath.flatMap((directory) => readdirSync(directory).map((name) => join(directory, name)))
  for (const path of names.filter((each) => isGlibcFamily(basename(each)))) {
    cpSync(realpathSync(path), join(lib, basename(path)))
  }
  cpSync(bullseye.loader, join(lib, basename(bullseye.loader)))
  cpSync(bullseye.libc.path, join(lib, 'libc.so.6'))
  return join(lib, '..')
}

/** The cached sysroots are read from the machine's store, what is made goes beside it: names there are by content. */
function withLender(spec: string, lender: string, env: NodeJS.ProcessEnv = process.env) {
  return resolveSysroot({ spec, with: lender }, { install: true, env })
}

test('what a glibc lacks is taken from another, at the end of its search path', async () => {
  const spec = `dir:${bareGlibc()}`
  const alone = await resolveSysroot({ spec }, { install: false })
  const both = await withLender(spec, 'debian:bullseye')
  expect(alone.companions).toBeUndefined()
  expect(both.companions).toEqual({
    spec: 'debian:bullseye',
    libraries: expect.arrayContaining(['libgcc_s.so.1', 'libstdc++.so.6']),
    refused: [],
  })
  expect(both.companions?.libraries.filter(isGlibcFamily)).toEqual([])
  expect(both.libraryPath.slice(0, -1)).toEqual(alone.libraryPath)
  expect(readdirSync(both.libraryPath.at(-1) as string).sort()).toEqual([...(both.companions?.libraries ?? [])].sort())
  expect(both.libc).toEqual(alone.libc)
  expect(both.digest).not.toBe(alone.digest)
  expect(await withLender(spec, 'debian:bullseye')).toEqual(both)
})

test('companions that were changed are copied anew', async () => {
  const spec = `dir:${bareGlibc()}`
  const { libraryPath } = await withLender(spec, 'debian:bullseye')
  const stolen = join(libraryPath.at(-1) as string, 'libgcc_s.so.1')
  rmSync(stolen)
  writeFileSync(stolen, 'other')
  const again = await withLender(spec, 'debian:bullseye')
  expect(readdirSync(again.libraryPath.at(-1) as string)).toContain('libgcc_s.so.1')
  const alone = await resolveSysroot({ spec: `dir:${bareGlibc()}`, with: 'debian:bullseye' }, { install: true })
  expect(again.companions).toEqual(alone.companions)
})

test('those of a newer glibc are refused, each with what it needs', async () => {
  const error = await rejection(withLender(`dir:${bareGlibc()}`, 'debian:trixie'))
  expect(error.code).toBe('COMPANIONS_REFUSED')
  expect(error.message).toMatch(
    /libgcc_s\.so\.1 needs GLIBC_2\.35 of libc\.so\.6, which dir:.* \(2\.31\) does not define/,
  )
  expect(error.message).toMatch(/libstdc\+\+\.so\.6 needs GLIBC_2\.\d+ of libc\.so\.6/)
})

test('one that needs a refused one, or what neither has, is refused with it; the others are taken', async () => {
  const lender = join(realpathSync(temporary()), 'lender')
  const lib = join(lender, 'lib')
  cpSync(join(bareGlibc(), 'lib'), lib, { recursive: true })
  const named = (name: string) => ['-nostdlib', `-Wl,-soname,${name}`]
  const gone = library(join(temporary(), 'libgone.so.1'), 'int gone(void){return 1;}', named('libgone.so.1'))
  const needs = library(join(lib, 'libneeds.so.1'), 'int gone(void); int needs(void){return gone();}', [
    ...named('libneeds.so.1'),
    '-Wl,--no-as-needed',
    gone,
  ])
  library(join(lib, 'libtop.so.1'), 'int needs(void); int top(void){return needs();}', [
    ...named('libtop.so.1'),
    '-Wl,--no-as-needed',
    needs,
    '-Wl,--allow-shlib-undefined',
  ])
  library(join(lib, 'libfine.so.1'), 'int fine(void){return 1;}', named('libfine.so.1'))
  const { companions } = await withLender(`dir:${bareGlibc()}`, `dir:${lender}`, { GLIBC_MATRIX_HOME: temporary() })
  expect(companions?.libraries).toEqual(['libfine.so.1'])
  expect(companions?.refused).toEqual([
    { library: 'libneeds.so.1', reason: 'libneeds.so.1 needs libgone.so.1, which neither has' },
    { library: 'libtop.so.1', reason: 'libtop.so.1 needs libneeds.so.1, which neither has' },
  ])
})

test('a sysroot that lacks nothing of the other says so', async () => {
  const error = await rejection(withLender('debian:bullseye', 'debian:bullseye'))
  expect(error.message).toContain('it has none that debian:bullseye lacks')
})
