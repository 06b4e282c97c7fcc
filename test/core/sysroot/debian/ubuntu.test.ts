import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { findArchive } from '../../../../packages/core/src/sysroot/providers/debian/archive.js'
import { UBUNTU } from '../../../../packages/core/src/sysroot/providers/debian/distributions.js'
import { resolveSysroot, type SysrootRequest } from '../../../../packages/core/src/sysroot/resolve.js'
import { failure, rejection } from '../../failure.js'
import * as fake from './fake-archive.js'
import { context, machine, temporary } from './machine.js'
import { asZstd, realPackages } from './real-packages.js'

async function signed(suite: string, packages: readonly fake.Package[], key: fake.Key) {
  const files = fake.suiteFiles(suite, packages, 'Origin: Ubuntu\nAcquire-By-Hash: yes\n')
  const path = `dists/${suite}/InRelease`
  return { ...files, [path]: await fake.clearSign(files[path] as string, key) }
}

async function ask(
  files: Record<string, fake.Answer>,
  key: fake.Key,
  more: Partial<SysrootRequest> & { spec: string },
) {
  const { url, asked } = await fake.serve(files)
  const home = temporary()
  writeFileSync(join(home, 'keys.asc'), key.armored)
  const request = { mirrors: [url], keyring: join(home, 'keys.asc'), ...more }
  const install = () => resolveSysroot(request, { install: true, env: { GLIBC_MATRIX_HOME: home } })
  return { install, asked }
}

test('real packages with members of zstd make a glibc that runs programs', async () => {
  const key = await fake.makeKey('archive')
  const real = await realPackages('bookworm', ['libc6', 'libgcc-s1', 'libstdc++6', 'libc-bin'])
  const packages = real.map((each) => ({ ...each, deb: asZstd(each.deb) }))
  expect(Buffer.from(packages[0]?.deb as Uint8Array).includes('data.tar.zst')).toBe(true)
  const { install } = await ask(await signed('jammy', packages, key), key, { spec: 'ubuntu:jammy' })
  const sysroot = await install()
  expect(sysroot.spec).toBe('ubuntu:jammy')
  expect(sysroot.glibc).toBe('2.36')
  expect(sysroot.packages.map(({ version }) => version)).toEqual(real.map(({ version }) => version))
  const libraries = sysroot.libraryPath.join(':')
  const program = join(sysroot.path, 'usr/bin/getconf')
  const said = execFileSync(sysroot.loader, ['--library-path', libraries, program, 'GNU_LIBC_VERSION'])
  expect(said.toString()).toBe('glibc 2.36\n')
})

test('a pocket is laid over its suite, and universe is looked at when main has not all', async () => {
  const key = await fake.makeKey('archive')
  const [libc6, ...rest] = (await fake.basePackages()) as [fake.Package, ...fake.Package[]]
  const extra = { name: 'libextra1', version: '1', component: 'universe', deb: await fake.makeDeb([]) }
  const files = {
    ...(await signed('jammy', [{ ...libc6, version: '1-1' }, ...rest, extra], key)),
    ...(await signed('jammy-updates', [libc6], key)),
  }
  const plain = await ask(files, key, { spec: 'ubuntu:jammy' })
  expect((await plain.install()).packages[0]?.version).toBe('1-1')
  expect(plain.asked.filter((path) => path.includes('universe'))).toEqual([])
  const updates = await ask(files, key, { spec: 'ubuntu:jammy-updates', packages: ['libextra1'] })
  const { packages } = await updates.install()
  expect(packages[0]?.version).toBe('2-1')
  expect(packages.map(({ name }) => name)).toContain('libextra1')
  const security = await ask(await signed('jammy-security', rest, key), key, { spec: 'ubuntu:jammy-security' })
  expect((await rejection(security.install())).code).toBe('PACKAGE_NOT_FOUND')
})

test('mirrors and keys are Ubuntu’s own, never Debian’s', () => {
  const debian = {
    'usr/share/keyrings/debian-archive-keyring.gpg': 'debian',
    'etc/apt/sources.list': 'deb http://one.example.org/debian bookworm main\n',
  }
  const none = failure(() => findArchive(context(machine(debian)), UBUNTU))
  expect(none.code).toBe('MIRROR_NOT_FOUND')
  expect(none.message).toMatch(/^No Ubuntu mirror/)
  const unkeyed = context(machine(debian), { mirrors: ['http://two.example.org/ubuntu'] })
  expect(failure(() => findArchive(unkeyed, UBUNTU)).hint).toContain('ubuntu-keyring')
  const root = machine({
    ...debian,
    'usr/share/keyrings/ubuntu-archive-keyring.gpg': 'ubuntu',
    'etc/apt/trusted.gpg.d/ubuntu-keyring-2018-archive.gpg': 'ubuntu',
    'etc/apt/sources.list.d/ubuntu.sources':
      'Types: deb\nURIs: http://two.example.org/ubuntu/\nSuites: noble noble-updates\nComponents: main universe\nSigned-By: /usr/share/keyrings/ubuntu-archive-keyring.gpg\n',
    'etc/apt/sources.list.d/ppa.list':
      'deb [signed-by=/etc/apt/keyrings/ppa.gpg] http://three.example.org/ppa noble main\n',
  })
  const found = findArchive(context(root), UBUNTU)
  expect(found.mirrors).toEqual(['http://two.example.org/ubuntu'])
  expect(found.keyrings.map(({ bytes }) => Buffer.from(bytes).toString())).toEqual(['ubuntu', 'ubuntu'])
  expect(findArchive(context(root)).mirrors).toEqual(['http://one.example.org/debian'])
})
