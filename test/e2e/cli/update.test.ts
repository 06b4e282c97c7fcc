import { readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import * as fake from '../../core/sysroot/debian/fake-archive.js'
import { realPackages } from '../../core/sysroot/debian/real-packages.js'
import { glibcMatrix } from './command.js'
import { anew, good, lockOf, readLock, refused } from './here.js'
import { mirrorOf } from './loopback-suite.js'

const names = ['libc6', 'libgcc-s1', 'libstdc++6', 'libc-bin']

test('update shows which packages, files and symbols changed, moves the lock file, and gc removes what was left', async () => {
  const [old, fresh] = await Promise.all([realPackages('bullseye', names), realPackages('bookworm', names)])
  const [before, after] = [old, fresh].map((all) => all.find(({ name }) => name === 'libc6')?.version)
  const { mirror, project } = await mirrorOf(old)
  const here = project()
  await good(here, 'add')
  expect(await good(here, 'update')).toBe('v1 (debian:mine): glibc 2.31, unchanged\n')
  const pinned = readFileSync(lockOf(here), 'utf8')

  await mirror.publish(fresh)
  // Nothing moves by itself.
  await good(here, 'add')
  expect(readFileSync(lockOf(here), 'utf8')).toBe(pinned)
  const text = await good(here, 'update', 'v1')
  expect(text).toContain('v1 (debian:mine): glibc 2.31 → 2.36\n')
  expect(text).toContain(`  libc6 ${before} → ${after}\n`)
  expect(text).toMatch(/ {2}files: \d+ added, \d+ removed, \d+ changed\n/)
  expect(text).toMatch(/ {2}symbols of libc\.so\.6: \d+ added, \d+ removed\n/)
  const { glibc, packages } = readLock(here).sysroots.v1.machines[fake.arch]
  expect(glibc).toBe('2.36')
  expect(packages).toContainEqual(expect.objectContaining({ name: 'libc6', version: after }))

  // Nothing leads to the old tree any more; installed again for another project, that one's lock file does.
  const other = { ...project(), env: here.env }
  writeFileSync(lockOf(other), pinned)
  const { digest } = JSON.parse(pinned).sysroots.v1.machines[fake.arch]
  expect(JSON.parse(await good(here, 'gc', '--json'))).toContainEqual(
    expect.objectContaining({ kind: 'sysroot', path: expect.stringContaining(digest.slice(0, 32)) }),
  )
  await mirror.publish(old)
  await good(other, 'add', '--frozen')
  expect(await good(other, 'gc')).toBe('0 removed, 0.0 MB\n')

  // The other way round: what went is told by name.
  const [change] = JSON.parse(await good(here, 'update', '--json'))
  expect(change.changes.glibc).toEqual(['2.36', '2.31'])
  expect(change.changes.symbols.removed).toEqual(
    expect.arrayContaining(['arc4random@GLIBC_2.36', '__libc_start_main@GLIBC_2.34']),
  )
  expect(change.changes.symbols.added).not.toContain('arc4random@GLIBC_2.36')
  expect(change.changes.files.removed).toContain('usr/bin/ld.so')
  expect(change.changes.packages).toContainEqual({ name: 'libc6', before: after, after: before })
})

test('update of one moves no other, and of a tree that is not here tells as much', async () => {
  const base = await fake.basePackages()
  const deb = await fake.makeDeb([fake.file('./usr/share/doc/libx/copyright', 'x')])
  const { mirror, project } = await mirrorOf([...base, { name: 'libx', version: '1', deb }])
  const here = project({ sysroots: { v1: 'debian:mine', v2: { spec: 'debian:mine', packages: ['libx'] } } })
  await good(here, 'add')
  const later = await fake.makeDeb([fake.file('./usr/share/doc/libx/copyright', 'y')])
  const bin = await fake.makeDeb([fake.file('./usr/share/doc/libc-bin/copyright', 'y')])
  const moved = base.map((each) => (each.name === 'libc-bin' ? { ...each, version: '2', deb: bin } : each))
  await mirror.publish([...moved, { name: 'libx', version: '2', deb: later }])
  const before = readLock(here)

  const elsewhere = anew(here)
  const { exitCode, stdout, stderr } = await glibcMatrix(['update', 'v2'], elsewhere)
  expect(exitCode, stderr).toBe(0)
  expect(stdout).toContain('the old one is not installed here')
  const after = readLock(here)
  expect(after.sysroots.v1).toEqual(before.sysroots.v1)
  const versions = after.sysroots.v2.machines[fake.arch].packages.map((each: { version: string }) => each.version)
  expect(versions.sort()).toEqual(['1', '1', '2', '2', '2-1'])
  expect(await refused(here, 'update', 'v3')).toContain('SYSROOT_NOT_FOUND')
})
