import { realpathSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadConfig } from '../../../../packages/core/src/config/load.js'
import { resolveSysroot } from '../../../../packages/core/src/sysroot/resolve.js'
import { formatSpec, parseSpec } from '../../../../packages/core/src/sysroot/spec.js'
import { failure, rejection } from '../../failure.js'
import { storeContent } from '../store-content.js'
import * as fake from './fake-archive.js'
import { temporary } from './machine.js'

const control = (name: string, version: string, architecture: string = fake.arch) =>
  `Package: ${name}\nVersion: ${version}\nArchitecture: ${architecture}\nDescription: x\n`

const libc6 = () => fake.makeDeb(fake.glibcEntries(), control('libc6', '2-1'))

/** Writes the packages to a directory and asks for them as a user would; the store is the test's own. */
function files(packages: Readonly<Record<string, Uint8Array>>) {
  const directory = temporary()
  const home = temporary()
  const paths = Object.entries(packages).map(([name, bytes]) => {
    writeFileSync(join(directory, name), bytes)
    return join(directory, name)
  })
  const spec = `deb:${paths.join(',')}`
  const install = () => resolveSysroot({ spec }, { install: true, env: { GLIBC_MATRIX_HOME: home } })
  return { spec, install, directory, home }
}

test('local packages make a sysroot, which is found again by their content', async () => {
  const zlib = await fake.makeDeb([fake.file('./usr/lib/libz.so.1', 'z')], control('zlib1g', '1:1.2', 'all'))
  const { spec, install, home, directory } = files({ 'a.deb': await libc6(), 'b.deb': zlib })
  const sysroot = await install()
  expect(sysroot.packages.map(({ name, version }) => `${name} ${version}`)).toEqual(['libc6 2-1', 'zlib1g 1:1.2'])
  expect(sysroot.spec).toBe(spec)
  const again = await resolveSysroot({ spec }, { install: false, env: { GLIBC_MATRIX_HOME: home } })
  expect(again.path.startsWith(realpathSync(home))).toBe(true)
  writeFileSync(join(directory, 'b.deb'), await fake.makeDeb([], control('zlib1g', '1:1.3')))
  const changed = await rejection(resolveSysroot({ spec }, { install: false, env: { GLIBC_MATRIX_HOME: home } }))
  expect(changed.code).toBe('SYSROOT_MISSING')
})

test.each<[string, string, RegExp, () => Promise<Record<string, Uint8Array>>]>([
  [
    'one package in two versions',
    'SYSROOT_INVALID',
    /libc6 is there 2 times \(2-1, 3-1\)/,
    async () => ({ 'a.deb': await libc6(), 'b.deb': await fake.makeDeb([], control('libc6', '3-1')) }),
  ],
  [
    'packages of two machines',
    'SYSROOT_INVALID',
    /and s390x/,
    async () => ({ 'a.deb': await libc6(), 'b.deb': await fake.makeDeb([], control('zlib1g', '1', 's390x')) }),
  ],
  [
    'a package without a control file',
    'ARCHIVE_MALFORMED',
    /a\.deb.*no control file/,
    async () => ({ 'a.deb': await fake.makeDeb(fake.glibcEntries()) }),
  ],
  [
    'a control file without a version',
    'ARCHIVE_MALFORMED',
    /no Version/,
    async () => ({ 'a.deb': await fake.makeDeb([], 'Package: x\n') }),
  ],
  ['no package at all', 'ARCHIVE_MALFORMED', /no ar archive/, async () => ({ 'a.deb': Buffer.from('text') })],
  [
    'packages without a glibc',
    'SYSROOT_INVALID',
    /glibc/,
    async () => ({ 'a.deb': await fake.makeDeb([fake.file('./x', 'x')], control('x', '1')) }),
  ],
  [
    'a name that climbs',
    'ARCHIVE_MALFORMED',
    /would leave/,
    async () => ({ 'a.deb': await fake.makeDeb([fake.file('../x', 'x')], control('x', '1')) }),
  ],
])('refuses %s and leaves nothing', async (_, code, found, make) => {
  const { install, home } = files(await make())
  const error = await rejection(install())
  expect(error.code).toBe(code)
  expect(error.message).toMatch(found)
  expect(storeContent(home)).toEqual([])
})

test('a file that is missing is named', async () => {
  const error = await rejection(resolveSysroot({ spec: 'deb:/nowhere/libc6.deb' }, { install: true }))
  expect(error.code).toBe('SYSROOT_NOT_FOUND')
  expect(error.message).toContain('/nowhere/libc6.deb')
})

test('paths of a config are relative to it, one by one', async () => {
  const directory = temporary()
  writeFileSync(
    join(directory, 'glibc-matrix.config.json'),
    JSON.stringify({ sysroots: { own: 'deb:a.deb, sub/b.deb' } }),
  )
  const { sysroots } = await loadConfig({ cwd: directory })
  expect(sysroots[0]?.spec).toBe(`deb:${join(directory, 'a.deb')},${join(directory, 'sub/b.deb')}`)
  expect(formatSpec(parseSpec('deb:a.deb, b.deb'))).toBe('deb:a.deb,b.deb')
  expect(failure(() => parseSpec('deb:a.deb,,b.deb')).code).toBe('SPEC_UNKNOWN')
})
