import { describe, expect, it } from 'vitest'
import { proveProcess } from '../../../packages/core/src/evidence/proof.js'
import { column as glibcColumn, hostLibc, libc, mapped, object, program } from './lines.js'

const proofOf = (...objects: Parameters<typeof mapped>[0][number][]) => proveProcess(mapped(objects), glibcColumn)

describe('identity', () => {
  it('the column’s own libc is proof', () => {
    expect(proofOf(program, libc)).toEqual({
      proof: 'mapped',
      reason: `mapped ${libc.path}`,
      libc: [libc.path],
      hostLibraries: [],
    })
  })

  it('the name says nothing: a link to the same file is the same libc', () => {
    expect(proofOf({ ...libc, path: '/store/bullseye/lib/renamed.so' })).toMatchObject({ proof: 'mapped' })
  })

  it("another column's libc counts by its build-id, whatever it calls itself", () => {
    expect(proofOf(libc, { ...hostLibc, path: '/project/x.so', soname: 'x.so' })).toMatchObject({
      proof: 'wrong',
      reason: '/project/tool mapped /project/x.so, which is not the libc of 2.31',
    })
  })

  it('a part of glibc from anywhere but the sysroot is wrong', () => {
    expect(proofOf(libc, object('/project/lib/libm.so.6', 'libm.so.6'))).toMatchObject({
      proof: 'wrong',
      reason: "/project/tool mapped /project/lib/libm.so.6 instead of the sysroot's",
    })
    expect(proofOf(libc, object('/store/bullseye/lib/libm-2.31.so', 'libm.so.6')).proof).toBe('mapped')
  })

  it.each([
    ['device', { device: 'fe:1' }],
    ['inode', { inode: '4712' }],
    ['build-id', { buildId: 'aa12' }],
    ['no build-id', { buildId: null }],
  ])('another %s under the right path is another libc', (_, difference) => {
    expect(proofOf({ ...libc, ...difference })).toMatchObject({
      proof: 'wrong',
      reason: `/project/tool mapped ${libc.path}, which is not the libc of 2.31`,
    })
  })

  it('a libc under another file name counts by its soname', () => {
    expect(proofOf(libc, { ...hostLibc, path: '/project/renamed.so' })).toMatchObject({
      proof: 'wrong',
      libc: [libc.path, '/project/renamed.so'],
    })
  })

  it('a second libc is as bad before the right one as after it', () => {
    expect([proofOf(hostLibc, libc).proof, proofOf(libc, hostLibc).proof]).toEqual(['wrong', 'wrong'])
  })

  it('a process without any libc is unproven', () => {
    expect(proofOf(program)).toMatchObject({ proof: 'unproven', reason: '/project/tool mapped no libc', libc: [] })
  })
})

describe('musl', () => {
  const musl = { ...object('/store/musl/lib/libc.so'), inode: '88' }
  const column = { ...glibcColumn, name: 'musl', libc: musl, directories: ['/store/musl/lib'], musl: true, family: [] }
  const inMusl = (...objects: Parameters<typeof mapped>[0][number][]) => proveProcess(mapped(objects), column)

  it('its loader is the libc, which has no SONAME', () => {
    expect(inMusl(program, musl)).toMatchObject({ proof: 'mapped', libc: [musl.path] })
  })

  it.each([
    ['the machine’s own', object('/usr/lib/x86_64-linux-musl/libc.so', null)],
    ['one by the name of a loader', object('/lib/ld-musl-x86_64.so.1', null)],
    ['one with a SONAME', object('/alpine/renamed', 'libc.musl-x86_64.so.1')],
    ['a glibc', hostLibc],
  ])('another beside it is wrong: %s', (_, other) => {
    expect(inMusl(musl, other)).toMatchObject({ proof: 'wrong', libc: [musl.path, other.path] })
  })

  it('a library of the host is not for it', () => {
    const path = '/usr/lib/x86_64-linux-gnu/libattr.so.1'
    expect(inMusl(musl, object(path, 'libattr.so.1'))).toMatchObject({
      proof: 'wrong',
      reason: `/project/tool mapped the host's ${path}, which is not for musl`,
    })
  })

  it('in a column of glibc is wrong', () => {
    expect(proofOf(libc, musl)).toMatchObject({ proof: 'wrong', libc: [libc.path, musl.path] })
  })
})

describe("the host's libraries", () => {
  const at = (name: string) => `/usr/lib/x86_64-linux-gnu/${name}`

  it('one that the sysroot lacks was lent', () => {
    expect(proofOf(libc, object(at('libz.so.1.2.13'), 'libz.so.1'))).toMatchObject({
      proof: 'mapped',
      hostLibraries: [at('libz.so.1.2.13')],
    })
  })

  it('one that the sysroot has is an intruder, by soname or by file name', () => {
    const reason = (name: string) => `/project/tool mapped the host's ${at(name)} instead of the sysroot's`
    expect(proofOf(libc, object(at('libgcc_s-13.so'), 'libgcc_s.so.1'))).toMatchObject({
      proof: 'wrong',
      reason: reason('libgcc_s-13.so'),
    })
    expect(proofOf(libc, object(at('libgcc_s.so.1')))).toMatchObject({
      proof: 'wrong',
      reason: reason('libgcc_s.so.1'),
    })
  })

  it('a bundled library of the same name is the program’s own affair', () => {
    expect(proofOf(libc, object('/project/lib/libgcc_s.so.1', 'libgcc_s.so.1'))).toMatchObject({
      proof: 'mapped',
      hostLibraries: [],
    })
  })

  it('a directory that only begins alike is not the host’s', () => {
    expect(proofOf(libc, object('/usr/lib/x86_64-linux-gnu-other/libgcc_s.so.1', 'libgcc_s.so.1')).proof).toBe('mapped')
  })

  it('in the host’s own column its libraries are at home', () => {
    const host = { ...glibcColumn, name: 'host', libc: hostLibc, provides: [], family: [], hostDirectories: [] }
    const record = mapped([hostLibc, object(at('libm.so.6'), 'libm.so.6')])
    expect(proveProcess(record, host)).toMatchObject({ proof: 'mapped', hostLibraries: [] })
  })
})
