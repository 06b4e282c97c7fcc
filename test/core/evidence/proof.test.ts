import { describe, expect, it } from 'vitest'
import { proveProcess } from '../../../packages/core/src/evidence/proof.js'
import { column, hostLibc, libc, mapped, object, program } from './lines.js'

const proofOf = (...objects: Parameters<typeof mapped>[0][number][]) => proveProcess(mapped(objects), column)

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
    const host = { ...column, name: 'host', libc: hostLibc, provides: [], family: [], hostDirectories: [] }
    const record = mapped([hostLibc, object(at('libm.so.6'), 'libm.so.6')])
    expect(proveProcess(record, host)).toMatchObject({ proof: 'mapped', hostLibraries: [] })
  })
})
