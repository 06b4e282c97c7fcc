import { lstatSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { buildPrograms } from '../../../fixtures/programs/build.mjs'
import * as fake from '../../core/sysroot/debian/fake-archive.js'
import { temporaryDirectory } from './command.js'
import { good, lockOf } from './here.js'
import { mirrorOf } from './loopback-suite.js'

test('two columns whose libc is one file are proven each, and the room is taken and given back once', async () => {
  const license = await fake.makeDeb([fake.file('./usr/share/doc/libx/copyright', 'x')])
  const { project } = await mirrorOf([...(await fake.basePackages()), { name: 'libx', version: '1', deb: license }])
  const here = project({ sysroots: { v1: 'debian:mine', v2: { spec: 'debian:mine', packages: ['libx'] } } })
  await good(here, 'add')
  const { GLIBC_MATRIX_HOME: home = '' } = here.env
  const libcs = readdirSync(join(home, 'store', 'trees')).map((tree) => {
    return lstatSync(join(home, 'store', 'trees', tree, 'root', 'lib', fake.layout.triplet, 'libc.so.6'))
  })
  expect(libcs).toHaveLength(2)
  expect(new Set(libcs.map(({ ino }) => ino)).size).toBe(1)

  const programs = temporaryDirectory()
  const { 'exit-with': program } = await buildPrograms(programs, ['exit-with'])
  const { columns } = JSON.parse(await good(here, 'run', '--json', '--', program as string, '0'))
  expect(columns.map(({ name, state }: Record<string, string>) => `${name} ${state}`)).toEqual([
    'host pass',
    'v1 pass',
    'v2 pass',
  ])

  await good(here, 'remove', 'v1', 'v2')
  // The lock file still keeps the packages, for the next install without a network.
  expect(JSON.parse(await good(here, 'gc', '--json'))).toEqual([])
  rmSync(lockOf(here))
  const removed: readonly { kind: string; bytes: number }[] = JSON.parse(await good(here, 'gc', '--json'))
  expect(removed.map(({ kind }) => kind)).toEqual(Array(5).fill('package'))
  const bytes = removed.reduce((sum, each) => sum + each.bytes, 0)
  const size = libcs[0]?.size ?? 0
  expect(bytes).toBeGreaterThan(size)
  expect(bytes).toBeLessThan(2 * size)
})
