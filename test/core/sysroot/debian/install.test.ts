import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync, realpathSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { fetchBytes } from '../../../../packages/core/src/sysroot/providers/debian/fetch.js'
import { readSigned } from '../../../../packages/core/src/sysroot/providers/debian/in-release.js'
import { debian } from '../../../../packages/core/src/sysroot/providers/debian.js'
import { resolveSysroot, type SysrootRequest } from '../../../../packages/core/src/sysroot/resolve.js'
import { rejection } from '../../failure.js'
import { storeContent } from '../store-content.js'
import * as fake from './fake-archive.js'
import { context, machine, temporary } from './machine.js'

const suite = 'mine'
let key: fake.Key
let other: fake.Key
let packages: readonly fake.Package[]

beforeAll(async () => {
  key = await fake.makeKey('archive')
  other = await fake.makeKey('somebody else')
  packages = await fake.basePackages()
})

/** Serves `files` and asks for the suite as a user would; the store is the test's own. */
async function ask(files: Record<string, fake.Answer>, more: Partial<SysrootRequest> = {}) {
  const { url, asked } = await fake.serve(files)
  const keyring = join(temporary(), 'keys.asc')
  writeFileSync(keyring, key.armored)
  const home = temporary()
  const request = { spec: `debian:${suite}`, mirrors: [url], keyring, ...more }
  const install = () => resolveSysroot(request, { install: true, env: { GLIBC_MATRIX_HOME: home } })
  return { install, asked, home, url }
}

async function signed(
  files = fake.suiteFiles(suite, packages),
  name = suite,
  by = key,
): Promise<Record<string, fake.Answer>> {
  const path = `dists/${name}/InRelease`
  return { ...files, [path]: await fake.clearSign(files[path] as string, by) }
}

async function refusal(files: Record<string, fake.Answer>, more: Partial<SysrootRequest> = {}) {
  const { install, home } = await ask(files, more)
  const error = await rejection(install())
  expect(storeContent(home), 'nothing half-written').toEqual([])
  return error
}

const inRelease = `dists/${suite}/InRelease`

test('installs what is signed, with the absolute link turned inwards', async () => {
  const { install } = await ask(await signed())
  const sysroot = await install()
  expect(sysroot.packages.map(({ name, version }) => `${name} ${version}`)).toContain('libc6 2-1')
  expect(sysroot.loader).toBe(join(sysroot.path, 'lib', fake.layout.triplet, 'ld-real.so'))
  expect(readlinkSync(join(sysroot.path, 'lib64', fake.layout.loader))).toBe(`../lib/${fake.layout.triplet}/ld-real.so`)
  expect(lstatSync(sysroot.loader).mode & 0o7777).toBe(0o555)
})

test('prefers the file by hash where the archive offers it', async () => {
  const files = await signed(fake.suiteFiles(suite, packages, 'Acquire-By-Hash: yes\n'))
  const { install, asked } = await ask(files)
  await install()
  expect(asked.slice(1, 3)).toEqual([
    expect.stringMatching(/by-hash\/SHA256\/[0-9a-f]{64}$/),
    expect.stringMatching(/Packages\.gz$/),
  ])
})

test('the highest of several versions wins', async () => {
  const older = { ...(packages[0] as fake.Package), version: '2-1~old' }
  const { install } = await ask(await signed(fake.suiteFiles(suite, [older, ...packages, older])))
  expect((await install()).packages[0]?.version).toBe('2-1')
})

test('what experimental lacks comes from sid, libc6 never', async () => {
  const [libc6, ...rest] = packages as [fake.Package, ...fake.Package[]]
  const both = {
    ...(await signed(fake.suiteFiles('sid', rest), 'sid')),
    ...(await signed(fake.suiteFiles('experimental', [libc6]), 'experimental')),
  }
  const { install } = await ask(both, { spec: 'debian:experimental' })
  expect((await install()).packages).toHaveLength(4)
  const without = {
    ...(await signed(fake.suiteFiles('sid', packages), 'sid')),
    ...(await signed(fake.suiteFiles('experimental', rest), 'experimental')),
  }
  expect((await refusal(without, { spec: 'debian:experimental' })).code).toBe('PACKAGE_NOT_FOUND')
})

describe('signature', () => {
  test('another key', async () => {
    const error = await refusal(await signed(fake.suiteFiles(suite, packages), suite, other))
    expect(error.code).toBe('SIGNATURE_INVALID')
    expect(error.message).toContain('keys.asc')
  })

  test.each<[string, (text: string) => string]>([
    ['a changed text', (text) => text.replace('-code', '-evil')],
    ['text before the armor', (text) => `Suite: evil\n${text}`],
    ['text after the armor', (text) => `${text}\nSuite: evil\n`],
    ['a second signed part', (text) => `${text}${text}`],
    ['an empty line before', (text) => `\n${text}`],
    ['no signature', (text) => text.slice(0, text.indexOf('-----BEGIN PGP SIGNATURE'))],
    ['a foreign armor header', (text) => text.replace('Hash: ', 'Comment: x\nHash: ')],
    ['garbage', () => '<html>Welcome to the captive portal</html>'],
    ['nothing', () => ''],
  ])('%s', async (_, change) => {
    const files = await signed()
    const error = await refusal({ ...files, [inRelease]: change(files[inRelease] as string) })
    expect(error.code).toBe('SIGNATURE_INVALID')
  })

  test('one good signature among others suffices', async () => {
    const openpgp = await import('openpgp')
    const message = await openpgp.createCleartextMessage({
      text: fake.suiteFiles(suite, packages)[inRelease] as string,
    })
    const both = await openpgp.sign({ message, signingKeys: [other.privateKey, key.privateKey] })
    const { install } = await ask({ ...(await signed()), [inRelease]: both })
    expect((await install()).spec).toBe('debian:mine')
  })

  test('a missing one passes with the explicit option alone', async () => {
    const files = fake.suiteFiles(suite, packages)
    expect((await refusal(files)).code).toBe('SIGNATURE_INVALID')
    const { install } = await ask(files, { allowUnsigned: true })
    expect((await install()).packages).toHaveLength(4)
  })

  test('only the signed text is answered', async () => {
    const text = await fake.clearSign('Suite: mine\n- dash', key)
    const read = await readSigned(
      Buffer.from(text),
      'url',
      [{ from: 'k', bytes: Buffer.from(key.armored) }],
      new Date(),
    )
    expect(read).toBe('Suite: mine\n- dash')
  })
})

describe('keys and options of apt’s own sources', () => {
  /** Installs on a machine whose sources name the mirror; `options` stand before or beside it. */
  async function onMachine(source: (url: string) => Record<string, string>, files: Record<string, fake.Answer>) {
    const { url } = await fake.serve(files)
    const spec = debian.parse('debian:sid', [])
    return debian.install(spec as NonNullable<typeof spec>, realpathSync(temporary()), context(machine(source(url))))
  }

  const stanza = (url: string, more: string) => `Types: deb\nURIs: ${url}\nSuites: sid\nComponents: main\n${more}`

  test('a key that is written into Signed-By', async () => {
    const files = await signed(fake.suiteFiles('sid', packages), 'sid')
    const inline = (armored: string) => {
      const lines = armored.trim().split(/\r?\n/)
      return `Signed-By:\n${lines.map((line) => ` ${line === '' ? '.' : line}`).join('\n')}\n`
    }
    const by = (armored: string) => (url: string) => ({
      'etc/apt/sources.list.d/own.sources': stanza(url, inline(armored)),
    })
    expect(await onMachine(by(key.armored), files)).toHaveLength(4)
    expect((await rejection(onMachine(by(other.armored), files))).code).toBe('SIGNATURE_INVALID')
  })

  test.each([
    ['[trusted=yes]', (url: string) => ({ 'etc/apt/sources.list': `deb [trusted=yes] ${url} sid main\n` })],
    [
      '[allow-insecure=yes]',
      (url: string) => ({ 'etc/apt/sources.list': `deb [ allow-insecure=yes trusted=yes ] ${url} sid main\n` }),
    ],
    ['Trusted: yes', (url: string) => ({ 'etc/apt/sources.list.d/a.sources': stanza(url, 'Trusted: yes\n') })],
  ])('%s switches nothing off', async (_, source) => {
    const keyring = { 'usr/share/keyrings/debian-archive-keyring.pgp': key.armored }
    const unsigned = fake.suiteFiles('sid', packages)
    const by = (url: string) => ({ ...keyring, ...source(url) })
    expect((await rejection(onMachine(by, unsigned))).code).toBe('SIGNATURE_INVALID')
    expect((await rejection(onMachine(by, await signed(unsigned, 'sid', other)))).code).toBe('SIGNATURE_INVALID')
    expect((await rejection(onMachine(source as typeof by, unsigned))).code).toBe('KEYRING_NOT_FOUND')
    expect(await onMachine(by, await signed(unsigned, 'sid'))).toHaveLength(4)
  })
})

describe('what the archive says of itself', () => {
  test('another suite than asked', async () => {
    const files = fake.suiteFiles('elsewhere', packages)
    const moved = { ...files, [inRelease]: files['dists/elsewhere/InRelease'] as string }
    const error = await refusal(await signed(moved))
    expect(error.code).toBe('INDEX_MALFORMED')
    expect(error.message).toMatch(/elsewhere.*mine/)
  })

  test('too old', async () => {
    const files = await signed(fake.suiteFiles(suite, packages, 'Valid-Until: Mon, 02 Jan 2006 15:04:05 UTC\n'))
    const { url } = await fake.serve(files)
    const root = machine({ 'keys.asc': key.armored })
    const more = context(root, { mirrors: [url], keyring: join(root, 'keys.asc') })
    const spec = debian.parse(`debian:${suite}`, [])
    const error = await rejection(debian.install(spec as NonNullable<typeof spec>, temporary(), more))
    expect(error.code).toBe('RELEASE_ENDED')
    expect(error.message).toMatch(/valid until .*2006.*clock/)
  })

  test('no such suite', async () => {
    const error = await refusal({})
    expect(error.code).toBe('SUITE_UNKNOWN')
    expect(error.message).toContain('404')
  })

  test('no such architecture', async () => {
    expect((await refusal(await signed(), { spec: 'debian:mine/s390x' })).code).toBe('SUITE_UNKNOWN')
  })

  test('no such package', async () => {
    const error = await refusal(await signed(), { packages: ['libnone1'] })
    expect(error.code).toBe('PACKAGE_NOT_FOUND')
    expect(error.message).toContain('libnone1')
  })

  test('no SHA256 section', async () => {
    const text = 'Suite: mine\nMD5Sum:\n'
    expect((await refusal({ [inRelease]: await fake.clearSign(text, key) })).code).toBe('INDEX_MALFORMED')
  })

  test.each([
    ['climbs', { Filename: '../../etc/x.deb' }],
    ['names another host', { Filename: '//example.org/x.deb' }],
    ['has no size', { Size: 'many' }],
  ])('a stanza that %s', async (_, fields) => {
    const bad = [{ ...(packages[0] as fake.Package), fields }, ...packages.slice(1)]
    expect((await refusal(await signed(fake.suiteFiles(suite, bad)))).code).toBe('INDEX_MALFORMED')
  })
})

describe('transfer', () => {
  const index = `dists/${suite}/main/binary-${fake.arch}/Packages.gz`
  const deb = fake.poolPath('libc6', '2-1')

  test.each([
    ['index', index],
    ['package', deb],
  ])('a wrong checksum of the %s', async (_, path) => {
    const files = await signed()
    const bytes = Buffer.from(files[path] as Uint8Array)
    bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1
    const error = await refusal({ ...files, [path]: bytes })
    expect(error.code).toBe('CHECKSUM_MISMATCH')
    expect(error.message).toContain(path)
  })

  test('a file that is too short, and one that never ends', async () => {
    const files = await signed()
    const whole = files[deb] as Uint8Array
    expect((await refusal({ ...files, [deb]: whole.subarray(0, 1000) })).code).toBe('CHECKSUM_MISMATCH')
    const endless = (response: import('node:http').ServerResponse) => {
      const more = () => response.write(Buffer.alloc(1 << 20), () => setImmediate(more))
      more()
    }
    expect((await refusal({ ...files, [deb]: endless })).code).toBe('DOWNLOAD_FAILED')
  })

  test.each<[string, fake.Answer, number | null]>([
    ['404', (response) => response.writeHead(404).end(), 404],
    ['500', (response) => response.writeHead(500).end(), 500],
    ['a connection that is cut midway', (response) => response.write('x', () => response.destroy()), null],
  ])('%s', async (_, answer, status) => {
    const error = await refusal({ ...(await signed()), [deb]: answer })
    expect(error.code).toBe('DOWNLOAD_FAILED')
    expect(error.message).toContain(deb)
    expect(error.details.status).toBe(status)
  })

  test('a server that is silent, before or in the middle of a file', async () => {
    const { url } = await fake.serve({ silent: () => {}, half: (response) => void response.write('x') })
    for (const path of ['silent', 'half']) {
      const error = await rejection(fetchBytes(`${url}/${path}`, { maxBytes: 100, idleTimeout: 200 }))
      expect(error.message).toContain('no data for 0.2 s')
    }
  })

  test('a dead mirror is passed over for the next', async () => {
    const { url } = await fake.serve(await signed())
    const { install } = await ask({}, { mirrors: ['http://127.0.0.1:9', url] })
    expect((await install()).packages).toHaveLength(4)
  })

  test('a mirror is a directory, too', async () => {
    const files = Object.entries(await signed()) as [string, string | Uint8Array][]
    const { install } = await ask({}, { mirrors: [`file://${machine(Object.fromEntries(files))}`] })
    expect((await install()).packages).toHaveLength(4)
  })
})

describe('packages that hold what they may not', () => {
  async function withEntries(...entries: Parameters<typeof fake.makeDeb>[0][number][]) {
    const evil = { name: 'evil', version: '1', deb: await fake.makeDeb(entries) }
    return ask(await signed(fake.suiteFiles(suite, [...packages, evil])), { packages: ['evil'] })
  }

  test.each<[string, Parameters<typeof withEntries>]>([
    ['an absolute name', [fake.file('/tmp/x', 'x')]],
    ['a name that climbs', [fake.file('./usr/../../x', 'x')]],
    ['a hard link that leads out', [fake.link('x', '../../../../etc/passwd', 'link')]],
    ['a device', [{ header: { name: 'x', size: 0, type: 'character-device' } }]],
    ['a fifo', [{ header: { name: 'x', size: 0, type: 'fifo' } }]],
    ['a file in the place of a directory', [fake.file('./lib', 'x')]],
    ['a name twice', [fake.file('./opt/x', 'x'), fake.file('opt/./x', 'y')]],
    ['a link and a file of one name', [fake.link('./opt/x', 'y'), fake.file('./opt/x', 'y')]],
    ['a name that no file system takes', [fake.file(`./${'x'.repeat(300)}`, 'x')]],
    ['a symlink to nothing', [fake.link('x', '')]],
  ])('%s', async (_, entries) => {
    const { install, home } = await withEntries(...entries)
    expect((await rejection(install())).code).toBe('ARCHIVE_MALFORMED')
    expect(storeContent(home)).toEqual([])
  })

  test('writing through a symlink stays inside', async () => {
    const outside = temporary()
    const { install } = await withEntries(
      fake.link('out', outside),
      fake.file('elsewhere/y', 'y'),
      fake.link('up', 'elsewhere/../..'),
      fake.file('up/z', 'z'),
    )
    const { path } = await install()
    expect(readlinkSync(join(path, 'up'))).toBe('.')
    expect(readFileSync(join(path, 'z'), 'utf8')).toBe('z')
    expect(readlinkSync(join(path, 'out'))).toBe(outside.slice(1))
    const through = await withEntries(fake.link('out', outside), fake.file('out/x', 'x'))
    expect((await rejection(through.install())).code).toBe('ARCHIVE_MALFORMED')
    expect(readdirSync(outside)).toEqual([])
  })

  test('setuid bits are dropped, documentation is left out, copyright stays', async () => {
    const { install } = await withEntries(
      fake.file('./usr/bin/su', 'x', 0o4755),
      fake.file('./usr/share/man/man1/su.1', 'x'),
      fake.file('./usr/share/doc/evil/README', 'x'),
      fake.file('./usr/share/doc/evil/copyright', 'x'),
    )
    const { path } = await install()
    expect(lstatSync(join(path, 'usr/bin/su')).mode & 0o7777).toBe(0o555)
    expect(existsSync(join(path, 'usr/share/man'))).toBe(false)
    expect(readdirSync(join(path, 'usr/share/doc/evil'))).toEqual(['copyright'])
  })

  test.each<[string, () => Promise<Uint8Array> | Uint8Array]>([
    ['no ar archive', () => Buffer.from('not an archive at all')],
    ['an ar archive without data.tar', () => fake.frame([['debian-binary', Buffer.from('2.0\n')]])],
    [
      'another format',
      () =>
        fake.frame([
          ['debian-binary', Buffer.from('3.0\n')],
          ['data.tar', Buffer.alloc(1024)],
        ]),
    ],
    ['an ar archive cut short', async () => (await fake.makeDeb([fake.file('x', 'x')])).subarray(0, -40)],
    [
      'garbage where gzip should be',
      () =>
        fake.frame([
          ['debian-binary', Buffer.from('2.0\n')],
          ['data.tar.gz', Buffer.from('garbage')],
        ]),
    ],
    [
      'garbage where xz should be',
      () =>
        fake.frame([
          ['debian-binary', Buffer.from('2.0\n')],
          ['data.tar.xz', Buffer.from('garbage')],
        ]),
    ],
    [
      'garbage where a tar should be',
      () =>
        fake.frame([
          ['debian-binary', Buffer.from('2.0\n')],
          ['data.tar', Buffer.alloc(2048, 'g')],
        ]),
    ],
  ])('%s', async (_, make) => {
    const evil = { name: 'evil', version: '1', deb: await make() }
    const error = await refusal(await signed(fake.suiteFiles(suite, [...packages, evil])), { packages: ['evil'] })
    expect(error.code).toBe('ARCHIVE_MALFORMED')
  })
})
