import { expect, it } from 'vitest'
import { columnRequests, nameColumns } from '../../../packages/core/src/config/columns.js'
import { loadConfig } from '../../../packages/core/src/config/load.js'
import type { GlibcMatrixConfig } from '../../../packages/core/src/config/schema.js'
import { failure } from '../failure.js'

const requests = async (overrides: GlibcMatrixConfig) =>
  columnRequests(await loadConfig({ cwd: '/', overrides, env: {} }))

it('asks for host first and once', async () => {
  for (const sysroots of [{ a: 'debian:b', host: 'host' }, ['debian:b', 'host'], ['host', 'host', 'debian:b']]) {
    const all = await requests({ sysroots } as GlibcMatrixConfig)
    expect(all.map(({ spec }) => spec)).toEqual(['host', 'debian:b'])
    expect(all[0]?.name).toBe('host')
  }
  expect((await requests({})).map(({ spec }) => spec)).toEqual(['host'])
})

it('hands every column what it is installed with', async () => {
  const sysroots = {
    a: { spec: 'debian:b', packages: ['libssl3', 'zlib1g'] },
    d: 'dir:/x',
    w: { spec: 'dir:/y', packages: [], with: 'debian:c' },
  }
  const shared = { mirrors: ['http://m.example.org'], keyring: '/k.gpg', allowUnsigned: true }
  const handed = { ...shared, lock: null }
  expect(await requests({ sysroots, packages: ['zlib1g'], ...shared })).toEqual([
    { name: 'host', spec: 'host', packages: [], ...handed },
    { name: 'a', spec: 'debian:b', packages: ['zlib1g', 'libssl3'], ...handed },
    { name: 'd', spec: 'dir:/x', packages: [], ...handed },
    { name: 'w', spec: 'dir:/y', packages: ['zlib1g'], with: 'debian:c', ...handed },
  ])
})

it.each<[GlibcMatrixConfig['sysroots'], string]>([
  [{ host: 'debian:b' }, "the column 'host' has the spec 'debian:b'"],
  [{ local: 'host' }, "the column 'local' has the spec 'host'"],
  [
    [
      { name: 'a', spec: 'debian:b' },
      { name: 'a', spec: 'debian:c' },
    ],
    "2 columns are called 'a': debian:b, debian:c.",
  ],
])('refuses %j', async (sysroots, message) => {
  const config = await loadConfig({ cwd: '/', overrides: { sysroots }, env: {} })
  const error = failure(() => columnRequests(config))
  expect(error.code).toBe('COLUMN_DUPLICATE')
  expect(error.message).toContain(message)
})

it('names columns by themselves, by glibc, or by spec', async () => {
  const all = await requests({ sysroots: ['debian:b', { name: 'own', spec: 'dir:/x' }, 'debian:gone'] })
  expect(nameColumns(all, ['2.36', '2.31', '2.36', null])).toEqual(['host', '2.31', 'own', 'debian:gone'])
})

it('refuses two columns that come out with one name', async () => {
  const all = await requests({ sysroots: ['debian:b', 'dir:/x', { name: 'own', spec: 'dir:/y' }] })
  const error = failure(() => nameColumns(all, ['2.36', '2.31', '2.31', '2.31']))
  expect(error.code).toBe('COLUMN_DUPLICATE')
  expect(error.message).toContain("2 columns are called '2.31': debian:b, dir:/x.")
  expect(error.hint).toContain('own name')
})

it('refuses a version for a name when the files say another', async () => {
  const all = await requests({ sysroots: { '2.31': 'debian:b' } })
  expect(nameColumns(all, ['2.36', '2.31'])).toEqual(['host', '2.31'])
  const error = failure(() => nameColumns(all, ['2.36', '2.36']))
  expect(error.code).toBe('CONFIG_INVALID')
  expect(error.message).toContain("the column '2.31' (debian:b) is glibc 2.36")
})
