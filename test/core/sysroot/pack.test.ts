import { cpSync, mkdirSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, test } from 'vitest'
import { archiveOfPackage, npmPackage } from '../../../packages/core/src/sysroot/pack/npm-package.js'
import { type PackedSysroot, packSysroot, tarOf } from '../../../packages/core/src/sysroot/pack/pack-sysroot.js'
import { unpackSysroot } from '../../../packages/core/src/sysroot/pack/unpack-sysroot.js'
import { resolveSysroot } from '../../../packages/core/src/sysroot/resolve.js'
import type { Sysroot } from '../../../packages/core/src/sysroot/sysroot.js'
import { treeDigest } from '../../../packages/core/src/sysroot/tree-digest.js'
import { rejection } from '../failure.js'
import { sysroot } from '../reroute/sysroots.js'
import { temporary } from './debian/machine.js'

let bullseye: Sysroot
let packed: PackedSysroot

beforeAll(async () => {
  bullseye = await sysroot('debian:bullseye')
  packed = await packSysroot(bullseye)
})

function emptyRoot(): string {
  const root = join(realpathSync(temporary()), 'root')
  mkdirSync(root)
  return root
}

function onDisk(bytes: Uint8Array): string {
  const file = join(temporary(), 'a.sysroot.tar.gz')
  writeFileSync(file, bytes)
  return `archive:${file}`
}

const install = (spec: string) => resolveSysroot({ spec }, { install: true, env: { GLIBC_MATRIX_HOME: temporary() } })

test('what is packed is what is unpacked: the same digest, the same packages', async () => {
  const again = await install(onDisk(packed.bytes))
  expect(again.digest).toBe(bullseye.digest)
  expect(again).toMatchObject({ glibc: bullseye.glibc, machine: bullseye.machine, packages: bullseye.packages })
  expect(again.libc.buildId).toBe(bullseye.libc.buildId)
  expect(packed.manifest).toMatchObject({ format: 1, spec: 'debian:bullseye', digest: bullseye.digest })
})

test('the same files give the same bytes', async () => {
  const again = await packSysroot({ ...bullseye, path: bullseye.path })
  expect(Buffer.from(again.bytes).equals(packed.bytes)).toBe(true)
})

test('a directory is packed as it will be unpacked: its links stay inside, names that differ in case alone are two', async () => {
  const root = join(realpathSync(temporary()), 'copy')
  cpSync(bullseye.path, root, { recursive: true, verbatimSymlinks: true })
  symlinkSync('/usr/lib/os-release', join(root, 'absolute'))
  symlinkSync('../../../../etc/passwd', join(root, 'climbs'))
  for (const name of ['Readme', 'README']) writeFileSync(join(root, name), name)
  const { bytes, manifest } = await packSysroot(await resolveSysroot({ spec: `dir:${root}` }, { install: false }))
  const into = emptyRoot()
  await unpackSysroot(bytes, 'it', into)
  expect(treeDigest(into)).toBe(manifest.digest)
  expect(['Readme', 'README'].map((name) => readFileSync(join(into, name), 'utf8'))).toEqual(['Readme', 'README'])
})

test('the host is not packed', async () => {
  expect((await rejection(packSysroot(await sysroot('host')))).code).toBe('SYSROOT_INVALID')
})

test('a package of npm holds the archive as one file', async () => {
  const tarball = await npmPackage(packed, { name: '@me/glibc', version: '1.0.0' })
  expect(Buffer.from(await archiveOfPackage(tarball, 'npm:x')).equals(packed.bytes)).toBe(true)
  const error = await rejection(archiveOfPackage(packed.bytes, 'npm:x'))
  expect(error).toMatchObject({ code: 'ARCHIVE_MALFORMED', message: expect.stringContaining('no sysroot.tar.gz') })
})

describe('what is no good is refused, and nothing is installed', () => {
  const text = (name: string, content: string) => ({
    name,
    type: 'file',
    mode: 0o644,
    target: '',
    bytes: Buffer.from(content),
  })
  const manifest = (more: object = {}) =>
    text('glibc-matrix-sysroot.json', JSON.stringify({ format: 1, digest: '0', packages: [], ...more }))
  const link = (name: string, target: string) => ({ ...text(name, ''), type: 'symlink', target })

  test.each([
    ['a file that was changed', 'CHECKSUM_MISMATCH', [manifest(), text('root/lib/x', 'x')]],
    ['no manifest', 'ARCHIVE_MALFORMED', [text('root/lib/x', 'x')]],
    ['a damaged manifest', 'ARCHIVE_MALFORMED', [text('glibc-matrix-sysroot.json', '{')]],
    ['a manifest without a digest', 'ARCHIVE_MALFORMED', [manifest({ digest: null })]],
    ['a newer format', 'FORMAT_TOO_NEW', [manifest({ format: 2 })]],
    ['an entry beside root', 'ARCHIVE_MALFORMED', [manifest(), text('other/x', 'x')]],
    ['a name that climbs', 'ARCHIVE_MALFORMED', [manifest(), text('root/../../x', 'x')]],
    [
      'a file behind a link that leads out',
      'ARCHIVE_MALFORMED',
      [manifest(), link('root/a', '/tmp'), text('root/a/b', '')],
    ],
    ['nothing', 'ARCHIVE_MALFORMED', []],
  ])('%s', async (_, code, entries) => {
    expect((await rejection(install(onDisk(gzipSync(await tarOf(entries)))))).code).toBe(code)
  })

  test('an archive that is cut short, or was damaged', async () => {
    const { bytes } = packed
    for (const cut of [0, 10, bytes.length >> 1, bytes.length - 1]) {
      expect((await rejection(install(onDisk(bytes.subarray(0, cut))))).code).toBe('ARCHIVE_MALFORMED')
    }
    const tar = gunzipSync(bytes)
    const at = tar.indexOf('GNU C Library (Debian')
    tar.write('GNU C Library (Debian'.toLowerCase(), at)
    expect((await rejection(install(onDisk(gzipSync(tar))))).code).toBe('CHECKSUM_MISMATCH')
  })

  test('an archive that grows without bound', async () => {
    const zeros = text('root/lib/x', '\0'.repeat(200 * 2 ** 20))
    const bomb = gzipSync(await tarOf([manifest(), zeros]))
    const error = await rejection(install(onDisk(bomb)))
    expect(error).toMatchObject({ code: 'ARCHIVE_MALFORMED', message: expect.stringContaining('unpacks to more than') })
  })

  test('a file that is not there', async () => {
    expect((await rejection(install('archive:/nowhere/x'))).code).toBe('SYSROOT_NOT_FOUND')
  })
})
