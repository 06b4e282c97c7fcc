import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, onTestFinished, test } from 'vitest'
import { unpackSysroot } from '../../packages/core/src/sysroot/pack/unpack-sysroot.js'
import { unpackDeb } from '../../packages/core/src/sysroot/providers/debian/unpack.js'
import { resolveSysroot } from '../../packages/core/src/sysroot/resolve.js'
import { rejection } from '../core/failure.js'
import { belowRoot, debOf, manifestEntry } from '../core/sysroot/hostile/formats.js'
import { type RawEntry, rawTar } from '../core/sysroot/hostile/raw-tar.js'
import { temporaryDirectory } from './directory.js'

/** A directory on a file system that folds case: NTFS as Windows mounts it, by ntfs-3g. */
function foldingDirectory(): string {
  const directory = temporaryDirectory('folded')
  const [image, mount] = ['image', 'mount'].map((name) => join(directory, name)) as [string, string]
  writeFileSync(image, '')
  truncateSync(image, 32 * 2 ** 20)
  mkdirSync(mount)
  execFileSync('mkntfs', ['--force', '--quick', '--quiet', image], { stdio: 'pipe' })
  execFileSync('lowntfs-3g', ['-o', 'ignore_case,permissions', image, mount], { stdio: 'pipe' })
  onTestFinished(() => void execFileSync('fusermount3', ['-u', mount]))
  return mount
}

const file = (name: string): RawEntry => ({ name, body: name })

const clashes: Readonly<Record<string, readonly RawEntry[]>> = {
  files: [file('a/readme'), file('a/README')],
  'a directory of two names': [file('terminfo/n/next'), file('terminfo/N/next')],
  'a link and a file': [{ name: 'a/readme', type: '2', target: 'x' }, file('a/README')],
  'a hard link': [file('a/x'), file('a/readme'), { name: 'a/README', type: '1', target: 'a/x' }],
  'directories alone': [
    { name: 'n/', type: '5' },
    { name: 'N/', type: '5' },
  ],
}

test.each(Object.entries(clashes))('%s: refused where the file system takes two names for one', async (_, entries) => {
  const mount = foldingDirectory()
  const roots = ['one', 'two', 'three'].map((name) => join(mount, name)) as [string, string, string]
  for (const root of roots) mkdirSync(root)
  const refused = { code: 'ARCHIVE_MALFORMED', message: expect.stringContaining('differ in case alone') }
  expect(await rejection(unpackDeb(debOf('data.tar', rawTar(entries)), 'x', roots[0]))).toMatchObject(refused)
  const pack = gzipSync(rawTar([manifestEntry(''), ...entries.map(belowRoot)]))
  expect(await rejection(unpackSysroot(pack, 'x', roots[1]))).toMatchObject(refused)
  const [first, ...others] = entries.map((entry) => debOf('data.tar', rawTar([entry])))
  await unpackDeb(first as Buffer, 'x', roots[2])
  const over = async () => {
    for (const deb of others) await unpackDeb(deb, 'x', roots[2])
  }
  expect(await rejection(over())).toMatchObject(refused)
})

test('packages that have names which differ in case alone are whole: linux-libc-dev, ncurses-term, iptables', async () => {
  const env = { ...process.env, GLIBC_MATRIX_HOME: temporaryDirectory('case') }
  const packages = ['linux-libc-dev', 'ncurses-term', 'iptables']
  const { path } = await resolveSysroot({ spec: 'debian:bookworm', packages }, { install: true, env })
  expect(readdirSync(join(path, 'usr/include/linux/netfilter'))).toEqual(
    expect.arrayContaining(['xt_DSCP.h', 'xt_dscp.h', 'xt_CONNMARK.h', 'xt_connmark.h']),
  )
  expect(readdirSync(join(path, 'usr/share/terminfo/2'))).toEqual(expect.arrayContaining(['2621A', '2621a']))
})
