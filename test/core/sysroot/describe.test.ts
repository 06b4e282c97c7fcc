import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readFileSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { dirSync } from 'tmp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { describeRoot } from '../../../packages/core/src/sysroot/describe.js'
import { formatDevice } from '../../../packages/core/src/sysroot/identity.js'
import { resolveInside } from '../../../packages/core/src/sysroot/inside.js'
import { resolveSysroot } from '../../../packages/core/src/sysroot/resolve.js'
import type { Sysroot } from '../../../packages/core/src/sysroot/sysroot.js'
import { failure } from '../failure.js'
import { layout } from './debian/fake-archive.js'
import { temporary } from './debian/machine.js'

const home = dirSync({ unsafeCleanup: true, prefix: 'glibc-matrix-' })
let host: Sysroot
let bullseye: Sysroot

beforeAll(async () => {
  host = await resolveSysroot({ spec: 'host' }, { install: false })
  const env = { ...process.env, GLIBC_MATRIX_HOME: home.name }
  bullseye = await resolveSysroot({ spec: 'debian:bullseye' }, { install: true, env })
})

afterAll(() => home.removeCallback())

/** Copies of loader and libc at the places named, with links beside. */
function rootWith(
  source: Sysroot,
  loader: string,
  libc: string,
  links: Record<string, string> = {},
  libcSource = source,
): string {
  const root = temporary()
  for (const [from, to] of [
    [source.loader, loader],
    [libcSource.libc.path, libc],
  ] as const) {
    mkdirSync(dirname(join(root, to)), { recursive: true })
    copyFileSync(from, join(root, to))
  }
  for (const [path, target] of Object.entries(links)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    symlinkSync(target, join(root, path))
  }
  return root
}

const describeDirectory = (root: string) => describeRoot({ name: null, spec: `dir:${root}`, root })

test('the host is what its own programs map', () => {
  expect(host.path).toBe('/')
  const maps = readFileSync('/proc/self/maps', 'utf8')
  const line = maps.split('\n').find((each) => each.endsWith(` ${host.libc.path}`)) as string
  const [, , , device = '', inode] = line.split(/ +/)
  expect(host.libc.inode).toBe(inode)
  expect(host.libc.device).toBe(device.replace(/\b0+(?=[0-9a-f])/g, ''))
  expect(host.libc.buildId).toMatch(/^[0-9a-f]{40}$/)
})

test('Debian bullseye is one glibc 2.31 and lies in its own directory', () => {
  expect(bullseye).toMatchObject({ name: '2.31', spec: 'debian:bullseye', glibc: '2.31', machine: layout.machine })
  const inside = [bullseye.loader, bullseye.libc.path, ...bullseye.libraryPath, bullseye.gconv, bullseye.locales]
  for (const path of inside) expect(path).toMatch(new RegExp(`^${bullseye.path}/`))
  expect(bullseye.loaderOptions).toContain('--preload')
  expect(bullseye.loaderOptions).not.toContain('--argv0')
})

test('a program that is run by its loader maps its libc, and no other', () => {
  const program = join(bullseye.path, 'usr/bin/iconv')
  const options = ['--inhibit-cache', '--library-path', bullseye.libraryPath.join(':')]
  const shown = execFileSync(bullseye.loader, [...options, program, '--version'], { encoding: 'utf8', env: {} })
  expect(shown).toMatch(/^iconv \(Debian GLIBC 2\.31-/)
  const listed = execFileSync(bullseye.loader, [...options, '--list', program], { encoding: 'utf8', env: {} })
  expect(listed).toMatch(new RegExp(`libc\\.so\\.6 => ${bullseye.path}/`))
})

describe('roots', () => {
  test('a prefix as make install leaves it, with versioned names', () => {
    const root = rootWith(bullseye, 'lib/ld-2.31.so', 'lib/libc-2.31.so', {
      'lib/libc.so.6': 'libc-2.31.so',
      [`lib/${layout.loader}`]: 'ld-2.31.so',
    })
    const sysroot = describeDirectory(root)
    expect(sysroot).toMatchObject({ glibc: '2.31', name: '2.31', libraryPath: [join(root, 'lib')] })
    expect(sysroot.loader).toBe(join(root, 'lib/ld-2.31.so'))
    expect(sysroot.libc.path).toBe(join(root, 'lib/libc-2.31.so'))
  })

  test('an absolute link to the loader is followed inside, never to the host', () => {
    const root = rootWith(bullseye, `lib/${layout.triplet}/ld-x.so`, `lib/${layout.triplet}/libc.so.6`, {
      [`lib64/${layout.loader}`]: `/lib/${layout.triplet}/ld-x.so`,
    })
    expect(describeDirectory(root).loader).toBe(join(root, 'lib', layout.triplet, 'ld-x.so'))
  })

  test('a merged /usr lists each directory once', () => {
    const root = rootWith(host, `usr/lib/${layout.triplet}/${layout.loader}`, `usr/lib/${layout.triplet}/libc.so.6`, {
      lib: 'usr/lib',
    })
    expect(describeDirectory(root).libraryPath).toEqual([join(root, 'usr/lib', layout.triplet)])
  })

  test('a link that would lead to the host’s libc is no libc', () => {
    const root = rootWith(host, `lib/${layout.loader}`, 'unused/libc.so.6', { 'lib/libc.so.6': host.libc.path })
    const error = failure(() => describeDirectory(root))
    expect(error.code).toBe('SYSROOT_INVALID')
    expect(error.message).toMatch(/no libc\.so\.6/)
  })

  test('a loader of another build is refused, and both versions are named', () => {
    const mixed = rootWith(bullseye, 'lib/ld-2.31.so', 'lib/libc.so.6', {}, host)
    const error = failure(() => describeDirectory(mixed))
    expect(error.code).toBe('SYSROOT_INVALID')
    expect(error.message).toMatch(new RegExp(`2\\.31.*${host.glibc.replace('.', '\\.')}`))
  })

  test('a loader without a banner beside a libc that must have one is refused', () => {
    const root = rootWith(bullseye, `lib/${layout.loader}`, 'lib/libc.so.6', {}, host)
    expect(failure(() => describeDirectory(root)).message).toContain('before 2.33')
  })

  test('a truncated libc is named', () => {
    const root = rootWith(host, `lib/${layout.loader}`, 'lib/libc.so.6')
    truncateSync(join(root, 'lib/libc.so.6'), 100)
    const error = failure(() => describeDirectory(root))
    expect(error.code).toBe('SYSROOT_INVALID')
    expect(error.details.damaged).toHaveLength(1)
    expect(error.message).toContain(join(root, 'lib/libc.so.6'))
  })

  test('a file that only has the name of a libc is none', () => {
    const root = rootWith(host, `lib/${layout.loader}`, 'lib/other.so')
    writeFileSync(join(root, 'lib/libc.so.6'), 'GNU ld script')
    expect(failure(() => describeDirectory(root)).code).toBe('SYSROOT_INVALID')
  })

  test('an empty directory, and none at all', () => {
    const empty = temporary()
    const error = failure(() => describeDirectory(empty))
    expect(error.code).toBe('SYSROOT_INVALID')
    expect(error.message).toContain(layout.loader)
    expect(failure(() => describeDirectory(join(empty, 'none'))).code).toBe('SYSROOT_NOT_FOUND')
  })
})

describe('resolving inside', () => {
  test('absolute links and .. stop at the root; loops and missing parts answer null', () => {
    const root = temporary()
    mkdirSync(join(root, 'etc'))
    writeFileSync(join(root, 'etc/hostname'), 'inside')
    symlinkSync('/etc/hostname', join(root, 'absolute'))
    symlinkSync('../../../../etc/hostname', join(root, 'climbing'))
    symlinkSync('loop', join(root, 'loop'))
    symlinkSync('/etc/passwd', join(root, 'host'))
    expect(resolveInside(root, 'absolute')).toBe(join(root, 'etc/hostname'))
    expect(resolveInside(root, 'climbing')).toBe(join(root, 'etc/hostname'))
    expect(resolveInside(root, '../../etc')).toBe(join(root, 'etc'))
    expect(resolveInside(root, 'loop')).toBeNull()
    expect(resolveInside(root, 'host')).toBeNull()
    expect(resolveInside(root, 'etc/hostname/x')).toBeNull()
  })
})

test('device numbers are split as glibc splits them', () => {
  expect(formatDevice(0xfe00n)).toBe('fe:0')
  expect(formatDevice(0x10302n)).toBe('103:2')
  expect(formatDevice(0x1234567890abcdefn)).toBe('12345bcd:67890aef')
  expect(formatDevice(statSync('/', { bigint: true }).dev)).toMatch(/^[0-9a-f]+:[0-9a-f]+$/)
})
