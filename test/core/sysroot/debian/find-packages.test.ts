import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { beforeAll, expect, test } from 'vitest'
import { findPackages } from '../../../../packages/core/src/sysroot/find-packages.js'
import { rejection } from '../../failure.js'
import * as fake from './fake-archive.js'
import { temporary } from './machine.js'

const directory = `usr/lib/${fake.layout.triplet}`
const contents = `FILE LOCATION
bin/ls                                utils/coreutils
lib/${fake.layout.triplet}/libone.so.1   libs/libone1
${directory}/libtwo+x.so.2\tuniverse/libs/libtwo2,libs/libtwo-other
${directory}/plugins/libhidden.so.1   libs/libhidden1
${directory}/libevil.so.1   libs/../../evil;rm
${directory}/libghost.so.1   libs/libghost1
`

let key: fake.Key
let packages: readonly fake.Package[]

beforeAll(async () => {
  key = await fake.makeKey('archive')
  const library = async (name: string, fields: Readonly<Record<string, string>>) => ({
    name,
    version: '1',
    deb: await fake.makeDeb([]),
    fields,
  })
  packages = [
    ...(await fake.basePackages()),
    await library('libone1', {
      Section: 'libs',
      Depends: 'libc6 (>= 2.3), tool | libdeep1, libdeep1 (= 1), libvirtual, nowhere | libalt1:any',
    }),
    await library('libtwo2', { Section: 'universe/libs', 'Pre-Depends': 'libone1' }),
    await library('libdeep1', { Section: 'libs', Depends: 'libone1' }),
    await library('libalt1', { Section: 'oldlibs' }),
    await library('libhidden1', { Section: 'libs' }),
    await library('tool', { Section: 'utils', Depends: 'libhidden1' }),
  ]
})

async function find(sonames: readonly string[], more: Readonly<Record<string, Uint8Array>>, spec = 'debian:mine') {
  const files = fake.suiteFiles('mine', packages, 'Origin: Mine\n', more)
  const path = 'dists/mine/InRelease'
  const { url } = await fake.serve({ ...files, [path]: await fake.clearSign(files[path] as string, key) })
  const home = temporary()
  const keyring = join(home, 'keys.asc')
  writeFileSync(keyring, key.armored)
  const env = { GLIBC_MATRIX_HOME: home }
  return findPackages({ spec, mirrors: [url], keyring }, sonames, { env })
}

const main = { [`main/Contents-${fake.arch}.gz`]: gzipSync(contents) }

test('finds the package of a library and the libraries that it depends on, base packages left out', async () => {
  expect(await find(['libone.so.1'], main)).toEqual(['libalt1', 'libdeep1', 'libone1'])
  expect(await find(['libtwo+x.so.2'], main)).toEqual(['libalt1', 'libdeep1', 'libone1', 'libtwo2'])
})

test('one index for all components serves as well', async () => {
  const root = { [`Contents-${fake.arch}.gz`]: gzipSync(contents) }
  expect(await find(['libone.so.1'], root, 'ubuntu:mine')).toContain('libone1')
})

test.each([
  ['a library outside of ld.so’s directories', 'libhidden.so.1'],
  ['one that nobody has', 'libnone.so.1'],
  ['one whose package’s name is none', 'libevil.so.1'],
  ['one whose package the suite lacks', 'libghost.so.1'],
  ['a name that is a pattern', 'lib.*'],
])('%s is named', async (_, soname) => {
  const error = await rejection(find(['libone.so.1', soname], main))
  expect(error.code).toBe('PACKAGE_NOT_FOUND')
  expect(error.details.sonames).toEqual([soname])
})

test.each<[string, Readonly<Record<string, Uint8Array>>, RegExp]>([
  ['no Contents index', {}, /lists no Contents index/],
  ['garbage', { [`main/Contents-${fake.arch}.gz`]: Buffer.from('garbage') }, /is no index of contents/],
  [
    'a line without end',
    { [`main/Contents-${fake.arch}.gz`]: gzipSync(Buffer.alloc(3 << 20, 'x')) },
    /line of more than/,
  ],
])('%s', async (_, more, found) => {
  const error = await rejection(find(['libone.so.1'], more))
  expect(error.code).toBe('INDEX_MALFORMED')
  expect(error.message).toMatch(found)
})

test('a sysroot of no suite has no packages to look in', async () => {
  const error = await rejection(findPackages({ spec: 'dir:/' }, ['libone.so.1']))
  expect(error.code).toBe('SPEC_UNKNOWN')
})
