import { join } from 'node:path'
import { expect, test } from 'vitest'
import { checksValidUntil } from '../../../../packages/core/src/sysroot/providers/debian/apt-settings.js'
import { findArchive } from '../../../../packages/core/src/sysroot/providers/debian/archive.js'
import { failure } from '../../failure.js'
import { context, machine } from './machine.js'

const keyring = { 'usr/share/keyrings/debian-archive-keyring.gpg': 'keys' }
const debian = 'deb http://one.example.org/debian/ bookworm main\n'

test('takes Debian’s own sources alone, in order and once', () => {
  const root = machine({
    ...keyring,
    'etc/apt/sources.list': `${debian}deb http://one.example.org/debian bookworm-updates main
deb http://one.example.org/debian-security bookworm-security main
deb http://x.example.org/ubuntu jammy main
deb http://x.example.org/docker bookworm stable
deb [signed-by=/etc/apt/keyrings/other.gpg] http://x.example.org/php bookworm main
deb cdrom:[Debian]/ bookworm main\n`,
    'etc/apt/sources.list.d/b.sources':
      'Types: deb\nURIs: https://two.example.org/debian\nSuites: trixie trixie-updates\nComponents: main\nSigned-By: /usr/share/keyrings/debian-archive-keyring.gpg\n',
    'etc/apt/sources.list.d/c.list.disabled': 'deb http://x.example.org/debian bookworm main\n',
  })
  expect(findArchive(context(root)).mirrors).toEqual([
    'http://one.example.org/debian',
    'https://two.example.org/debian',
  ])
})

test('reads the list that mirror+file names, as cloud images have it', () => {
  const root = machine({ ...keyring, 'etc/apt/mirrors/debian.list': 'https://cdn.example.org/debian\thigh\n' })
  const list = join(root, 'etc/apt/mirrors/debian.list')
  const more = machine({ ...keyring, 'etc/apt/sources.list': `deb mirror+file://${list} bookworm main\n` })
  expect(findArchive(context(more)).mirrors).toEqual(['https://cdn.example.org/debian'])
})

test('the request goes before the environment, and that before apt', () => {
  const root = machine({ ...keyring, 'etc/apt/sources.list': debian })
  const env = { GLIBC_MATRIX_MIRROR: 'http://env.example.org/debian/, http://b.example.org/debian' }
  expect(findArchive(context(root, { env })).mirrors).toEqual([
    'http://env.example.org/debian',
    'http://b.example.org/debian',
  ])
  expect(findArchive(context(root, { env, mirrors: ['http://own.example.org/d/'] })).mirrors).toEqual([
    'http://own.example.org/d',
  ])
})

test('no mirror is an error that names both ways to set one', () => {
  const error = failure(() => findArchive(context(machine(keyring))))
  expect(error.code).toBe('MIRROR_NOT_FOUND')
  expect(error.hint).toMatch(/'mirrors'.*GLIBC_MATRIX_MIRROR/)
})

test('no keyring is an error, unless unsigned archives are allowed', () => {
  const root = machine({ 'etc/apt/sources.list': debian })
  expect(failure(() => findArchive(context(root))).code).toBe('KEYRING_NOT_FOUND')
  expect(findArchive(context(root, { allowUnsigned: true })).keyrings).toEqual([])
})

test('keys come from Signed-By, the keyring package and trusted.gpg.d', () => {
  const root = machine({
    ...keyring,
    'srv/debian-archive-mine.gpg': 'mine',
    'etc/apt/trusted.gpg.d/debian-archive-bookworm-stable.asc': 'armored',
    'etc/apt/trusted.gpg.d/third-party.asc': 'no',
    'etc/apt/sources.list':
      'deb [signed-by=/srv/debian-archive-mine.gpg] http://one.example.org/debian bookworm main\n',
  })
  const names = findArchive(context(root)).keyrings.map(({ from }) => from.slice(root.length))
  expect(names).toEqual([
    '/srv/debian-archive-mine.gpg',
    '/usr/share/keyrings/debian-archive-keyring.gpg',
    '/etc/apt/trusted.gpg.d/debian-archive-bookworm-stable.asc',
  ])
})

test('a keyring that is named but missing is an error', () => {
  const root = machine({ ...keyring, 'etc/apt/sources.list': debian })
  const error = failure(() => findArchive(context(root, { keyring: join(root, 'none.gpg') })))
  expect(error.code).toBe('KEYRING_NOT_FOUND')
  expect(error.message).toContain('none.gpg')
})

test.each([
  ['nothing', {}, true],
  ['the flat form', { 'etc/apt/apt.conf.d/99x': 'Acquire::Check-Valid-Until "false";\n' }, false],
  ['the nested form', { 'etc/apt/apt.conf': 'Acquire {\n  Check-Valid-Until "no";\n};\n' }, false],
  ['a comment', { 'etc/apt/apt.conf.d/99x': '// Acquire::Check-Valid-Until "false";\n' }, true],
  [
    'a later file that sets it again',
    {
      'etc/apt/apt.conf.d/1': 'Acquire::Check-Valid-Until "0";',
      'etc/apt/apt.conf.d/2': 'Acquire::Check-Valid-Until "true";',
    },
    true,
  ],
])('apt’s Check-Valid-Until: %s', (_, files, checks) => {
  expect(checksValidUntil(machine(files as Record<string, string>))).toBe(checks)
})
