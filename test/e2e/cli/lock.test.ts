import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { removeTree } from '../../../packages/core/src/sysroot/read-only.js'
import * as fake from '../../core/sysroot/debian/fake-archive.js'
import { storeContent } from '../../core/sysroot/store-content.js'
import { temporaryDirectory } from './command.js'
import { anew, digests, good, lockOf, readLock, refused } from './here.js'
import { mirrorOf } from './loopback-suite.js'

let base: readonly fake.Package[]

beforeAll(async () => {
  base = await fake.basePackages()
})

/** Packages of libc-bin by version: two that are made anew differ in their times. */
const bins = new Map<string, Promise<Buffer>>()

/** The suite with another libc-bin, whose file has the version as its content. */
async function withBin(version: string): Promise<readonly fake.Package[]> {
  const made = bins.get(version) ?? fake.makeDeb([fake.file('./usr/share/doc/libc-bin/copyright', version)])
  bins.set(version, made)
  const deb = await made
  return base.map((each) => (each.name === 'libc-bin' ? { ...each, version, deb } : each))
}

test('two empty homes, one lock file: the same digests, whatever the suite has become meanwhile', async () => {
  const { mirror, project } = await mirrorOf(await withBin('1'))
  const one = project({ sysroots: { v1: 'debian:mine', v2: { spec: 'debian:mine', packages: ['libc-bin'] } } })
  expect(await good(one, 'add')).toContain(`pinned in ${lockOf(one)}`)
  const text = readFileSync(lockOf(one), 'utf8')
  const before = await digests(one)
  expect(before).toHaveLength(1)

  const bin = fake.poolPath('libc-bin', '1')
  const old = (await withBin('1')).find(({ name }) => name === 'libc-bin') as fake.Package
  await mirror.publish(await withBin('2'))
  mirror.change(bin, old.deb)
  mirror.asked.length = 0
  for (const words of [['add', '--frozen'], ['add'], ['add', 'v1'], ['add', '--frozen', 'v1']]) {
    const two = anew(one)
    await good(two, ...words)
    expect(await digests(two), words.join(' ')).toEqual(before)
    expect(readFileSync(lockOf(two), 'utf8'), words.join(' ')).toBe(text)
  }
  // Nothing but the pinned files themselves: no index says what is wanted.
  expect(mirror.asked.filter((path) => path.startsWith('dists/'))).toEqual([])
  expect(mirror.asked).toContain(bin)
})

describe('frozen', () => {
  test('is the default where CI is set, and refuses what is not pinned', async () => {
    const { mirror, project } = await mirrorOf(base)
    const here = project()
    await good(here, 'add')
    const text = readFileSync(lockOf(here), 'utf8')
    const config = {
      sysroots: { v1: 'debian:mine', more: { spec: 'debian:mine', packages: ['libx'] } },
      mirrors: [mirror.url],
    }
    writeFileSync(join(here.cwd, 'glibc-matrix.config.json'), JSON.stringify(config))
    for (const words of [['add'], ['add', 'more'], ['run', '--', 'true']]) {
      const stderr = await refused({ ...here, env: { ...here.env, CI: 'true' } }, ...words)
      expect(stderr).toContain('LOCK_OUTDATED')
      expect(stderr).toContain('with libx')
    }
    expect(readFileSync(lockOf(here), 'utf8')).toBe(text)
    expect(await good({ ...here, env: { ...here.env, CI: 'true' } }, 'add', 'v1')).toContain('debian:mine')
  })

  test('by the flag alone refuses everything while there is no lock file, and what no config names', async () => {
    const { mirror, project, keyring } = await mirrorOf(base)
    const here = project()
    expect(await refused(here, 'add', '--frozen')).toContain('does not exist')
    expect(await refused(here, 'add', '--frozen', 'debian:other')).toContain("'debian:other' is none of the sysroots")
    const bare = { ...here, cwd: temporaryDirectory() }
    const words = ['--mirror', mirror.url, '--keyring', keyring]
    expect(await refused(bare, 'add', '--frozen', 'debian:mine', ...words)).toContain('There is no config here')
    expect(existsSync(lockOf(here))).toBe(false)
    expect(mirror.asked).toEqual([])
  })
})

describe('a pinned package', () => {
  test('that the mirror dropped is named, with the ways out, which work', async () => {
    const { mirror, project } = await mirrorOf(await withBin('1'))
    const here = project()
    await good(here, 'add')
    const packed = join(here.cwd, 'v1.tar')
    await good(here, 'pack', 'v1', '--out', packed)
    await mirror.publish(await withBin('2'))

    const other = anew(here)
    const stderr = await refused(other, 'add')
    expect(stderr).toContain('PIN_GONE')
    expect(stderr).toContain('libc-bin 1, which the lock file pins')
    expect(stderr).toContain(fake.poolPath('libc-bin', '1'))
    for (const way of ['mirrors', 'glibc-matrix update', 'glibc-matrix pack']) expect(stderr).toContain(way)
    expect(await digests(other)).toEqual([])

    // Another mirror that kept it.
    const keeper = await mirrorOf(await withBin('1'))
    const by = { ...other, env: { ...other.env, GLIBC_MATRIX_MIRROR: keeper.mirror.url } }
    const config = JSON.parse(readFileSync(join(here.cwd, 'glibc-matrix.config.json'), 'utf8'))
    writeFileSync(
      join(here.cwd, 'glibc-matrix.config.json'),
      JSON.stringify({ ...config, mirrors: [mirror.url, keeper.mirror.url] }),
    )
    await good(by, 'add', '--frozen')
    expect(await digests(by)).toEqual(await digests(here))
    // What there is today.
    expect(await good(anew(other), 'update')).toContain('v1')
    expect(readLock(here).sysroots.v1.machines[fake.arch].packages).toContainEqual(
      expect.objectContaining({ name: 'libc-bin', version: '2' }),
    )
    // The archive.
    writeFileSync(join(here.cwd, 'glibc-matrix.config.json'), JSON.stringify({ sysroots: { v1: `archive:${packed}` } }))
    const third = anew(other)
    await good(third, 'add')
    expect(await digests(third)).toEqual(await digests(here))
  })

  test('whose bytes are others is refused, and nothing stays', async () => {
    const { mirror, project } = await mirrorOf(base)
    const here = project()
    await good(here, 'add')
    mirror.change(fake.poolPath('libc-bin', '1'), 'something else')
    const other = anew(here)
    expect(await refused(other, 'add', '--frozen')).toContain('CHECKSUM_MISMATCH')
    expect(await digests(other)).toEqual([])
  })
})

describe('a lock file', () => {
  test('with another digest, or a path that climbs, is told, and nothing is installed', async () => {
    const { project } = await mirrorOf(base)
    const here = project()
    await good(here, 'add')
    const text = readFileSync(lockOf(here), 'utf8')
    for (const [pattern, put, code, found] of [
      [/"digest": "[0-9a-f]{8}/, '"digest": "01234567', 'LOCK_MISMATCH', 'the digest of its files is'],
      ['"pool/', '"../pool/', 'LOCK_MALFORMED', '../pool/'],
    ] as const) {
      writeFileSync(lockOf(here), text.replace(pattern, put))
      const other = anew(here)
      const stderr = await refused(other, 'add')
      expect(stderr).toContain(code)
      expect(stderr).toContain(found)
      expect(storeContent(other.env.GLIBC_MATRIX_HOME as string)).toEqual([])
    }
  })

  test('with another glibc than the tree of its digest has is told, whether that is there or not', async () => {
    const { project } = await mirrorOf(base)
    const here = project()
    await good(here, 'add')
    const { glibc } = readLock(here).sysroots.v1.machines[fake.arch]
    writeFileSync(lockOf(here), readFileSync(lockOf(here), 'utf8').replace(`"glibc": "${glibc}"`, '"glibc": "2.99"'))
    for (const each of [here, anew(here)]) {
      for (const words of [['add'], ['add', '--frozen', 'v1'], ['run', '--sysroot', 'v1', '--', 'true']]) {
        const stderr = await refused(each, ...words)
        expect(stderr).toContain('LOCK_MISMATCH')
        expect(stderr).toContain(`its libc is ${glibc}, pinned is 2.99`)
      }
    }
    expect(await digests(here)).toHaveLength(1)
  })

  test('with the packages of one release and the digest of another is told, though that tree is there', async () => {
    const { mirror, project } = await mirrorOf(await withBin('1'))
    const here = project()
    await good(here, 'add')
    const old = readLock(here).sysroots.v1.machines[fake.arch]
    await mirror.publish(await withBin('2'))
    await good(here, 'update')
    const lock = readLock(here)
    const today = lock.sysroots.v1.machines[fake.arch]
    lock.sysroots.v1.machines[fake.arch] = { ...today, packages: old.packages }
    writeFileSync(lockOf(here), JSON.stringify(lock))
    const before = await digests(here)
    for (const words of [['add'], ['add', '--frozen', 'v1'], ['run', '--sysroot', 'v1', '--', 'true']]) {
      const stderr = await refused(here, ...words)
      expect(stderr).toContain('LOCK_MISMATCH')
      expect(stderr).toContain(`the digest of its files is ${old.digest}, pinned is ${today.digest}`)
    }
    expect(await digests(here)).toEqual(before)
  })

  test('whose packages are new and make the same tree is believed once an install has seen it', async () => {
    const { mirror, project } = await mirrorOf(await withBin('1'))
    const here = project()
    const other = anew(here)
    await good(here, 'add')
    await good(other, 'add')
    // The same file, in a package that was built again.
    const deb = await fake.makeDeb([
      fake.file('./usr/share/doc/libc-bin/copyright', '1'),
      fake.file('./usr/share/man/1', ''),
    ])
    await mirror.publish(base.map((each) => (each.name === 'libc-bin' ? { ...each, version: '2', deb } : each)))
    await good(here, 'update')
    expect(await digests(here)).toEqual(await digests(other))
    mirror.asked.length = 0
    await good(other, 'add', '--frozen')
    expect(mirror.asked).toEqual([fake.poolPath('libc-bin', '2')])
    removeTree(join(other.env.GLIBC_MATRIX_HOME as string, 'store/packages'))
    for (const each of [here, other]) await good(each, 'add', '--frozen')
    expect(mirror.asked).toHaveLength(1)
  })

  test('keeps what it pins of other machines, and forgets what the config no longer names', async () => {
    const { project } = await mirrorOf(base)
    const here = project()
    await good(here, 'add')
    const lock = readLock(here)
    const foreign = { glibc: '2.40', digest: 'a'.repeat(64), packages: [] }
    lock.sysroots.v1.machines.riscv64 = foreign
    lock.sysroots.gone = { spec: 'debian:gone', packages: [], machines: { amd64: foreign } }
    writeFileSync(lockOf(here), JSON.stringify(lock))
    await good(here, 'add')
    expect(Object.keys(readLock(here).sysroots)).toEqual(['v1'])
    expect(readLock(here).sysroots.v1.machines.riscv64).toEqual(foreign)
    await good(here, 'update')
    expect(readLock(here).sysroots.v1.machines.riscv64).toEqual(foreign)
    expect(readLock(here).sysroots.v1.machines[fake.arch].packages).toHaveLength(4)
  })

  test('means the same in another checkout: paths are relative to it', async () => {
    const { project } = await mirrorOf(base)
    const packed = project()
    await good(packed, 'add')
    const archive = 'sysroots.tar'
    const here = project({ sysroots: { v1: `archive:./${archive}` } })
    await good(packed, 'pack', 'v1', '--out', join(here.cwd, archive))
    await good(here, 'add')
    expect(readLock(here).sysroots.v1.spec).toBe(`archive:${archive}`)
    const there = project({ sysroots: { v1: `archive:./${archive}` } })
    for (const file of [archive, 'glibc-matrix.lock.json']) copyFileSync(join(here.cwd, file), join(there.cwd, file))
    await good(there, 'add', '--frozen')
    expect(await digests(there)).toEqual(await digests(packed))
  })
})
