import { cpSync, existsSync, lstatSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { checkSysroots } from '../../../packages/core/src/sysroot/check-store.js'
import { listSysroots } from '../../../packages/core/src/sysroot/open-stored.js'
import { resolveSysroot } from '../../../packages/core/src/sysroot/resolve.js'
import { storeDirectory } from '../../../packages/core/src/sysroot/store.js'
import type { Sysroot } from '../../../packages/core/src/sysroot/sysroot.js'
import { rejection } from '../failure.js'
import * as fake from './debian/fake-archive.js'
import { temporary } from './debian/machine.js'

const request = { spec: 'debian:mine', allowUnsigned: true }

async function installed(): Promise<Sysroot> {
  const { url } = await fake.serve(fake.suiteFiles('mine', await fake.basePackages()))
  return resolveSysroot({ ...request, mirrors: [url] }, { install: true, env: { GLIBC_MATRIX_HOME: temporary() } })
}

/** A home as version 0.1 left it: sysroots/KEY/{sysroot.json,root}. */
async function firstFormat(sysroot: Sysroot, change: (root: string) => void = () => {}) {
  const home = temporary()
  const { digest, packages } = sysroot
  const [key] = readdirSync(join(dirname(dirname(dirname(sysroot.path))), 'index'))
  const old = join(home, 'sysroots', (key as string).replace('.json', ''))
  cpSync(sysroot.path, join(old, 'root'), { recursive: true, verbatimSymlinks: true })
  change(join(old, 'root'))
  const first = packages.map(({ name, version, sha256 }) => ({ name, version, sha256 }))
  const record = { format: 1, name: 'old', spec: 'debian:mine', arch: null, digest, packages: first }
  writeFileSync(join(old, 'sysroot.json'), JSON.stringify(record))
  mkdirSync(join(home, 'sysroots', '.scratch'))
  return { env: { GLIBC_MATRIX_HOME: home }, old }
}

test('what the first format installed is there, under its name, without a network and without more room', async () => {
  const sysroot = await installed()
  const { env, old } = await firstFormat(sysroot)
  const [taken] = listSysroots(env)
  expect(taken).toMatchObject({ name: 'old', spec: 'debian:mine', digest: sysroot.digest, glibc: sysroot.glibc })
  expect(taken?.path).toContain(storeDirectory(env))
  expect((await resolveSysroot(request, { install: false, env })).path).toBe(taken?.path)
  expect(checkSysroots(env).flatMap(({ faults }) => faults)).toEqual([])
  // Programs that were patched to the old paths still run: the old files stay, as the same files.
  const libc = (taken as Sysroot).libc.path
  const before = join(old, 'root', libc.slice((taken as Sysroot).path.length))
  expect(lstatSync(before).ino).toBe(lstatSync(libc).ino)
  expect(statSync((taken as Sysroot).path).mode & 0o777).toBe(0o555)
})

test('what is damaged there is not taken over, nor what is no sysroot', async () => {
  const { env, old } = await firstFormat(await installed(), (root) => {
    const path = join(root, 'usr/share/doc/libc-bin')
    cpSync(join(path, 'copyright'), join(path, 'more'))
  })
  mkdirSync(join(dirname(old), 'other'))
  writeFileSync(join(dirname(old), 'other', 'sysroot.json'), '{')
  expect(listSysroots(env)).toEqual([])
  expect((await rejection(resolveSysroot(request, { install: false, env }))).code).toBe('SYSROOT_MISSING')
  expect(existsSync(old)).toBe(true)
})

test('it is done once: what was removed later does not come back', async () => {
  const { env, old } = await firstFormat(await installed())
  expect(listSysroots(env)).toHaveLength(1)
  const index = join(storeDirectory(env), 'index')
  rmSync(index, { recursive: true })
  expect(listSysroots(env)).toEqual([])
  expect(existsSync(old)).toBe(true)
})
