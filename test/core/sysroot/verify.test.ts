import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { checkSysroots } from '../../../packages/core/src/sysroot/check-store.js'
import { removeSysroot } from '../../../packages/core/src/sysroot/remove.js'
import { resolveSysroot } from '../../../packages/core/src/sysroot/resolve.js'
import type { TreeFault } from '../../../packages/core/src/sysroot/verify.js'
import { rejection } from '../failure.js'
import * as fake from './debian/fake-archive.js'
import { temporary } from './debian/machine.js'

const directory = `lib/${fake.layout.triplet}`
const license = 'usr/share/doc/libc-bin/copyright'
let root: string
let env: { readonly GLIBC_MATRIX_HOME: string }

beforeEach(async () => {
  const packages = await fake.basePackages()
  const { url } = await fake.serve(fake.suiteFiles('mine', packages))
  env = { GLIBC_MATRIX_HOME: temporary() }
  const request = { spec: 'debian:mine', mirrors: [url], allowUnsigned: true }
  root = (await resolveSysroot(request, { install: true, env })).path
})

function faults(): readonly TreeFault[] {
  return checkSysroots(env).flatMap((each) => each.faults)
}

/** Whoever changes a read-only tree takes pains. */
function writable(path: string): string {
  const full = join(root, path)
  chmodSync(dirname(full), 0o755)
  return full
}

test('a tree as it was installed has no fault, and can’t be written, nor its directories', () => {
  expect(checkSysroots(env)).toEqual([
    {
      key: expect.any(String),
      path: dirname(root),
      name: expect.any(String),
      spec: 'debian:mine',
      digest: expect.any(String),
      faults: [],
    },
  ])
  for (const path of ['..', '.', 'lib', directory]) expect(modeOf(path)).toBe(0o555)
  for (const path of ['../manifest.json', license]) expect(modeOf(path)).toBe(0o444)
})

describe('named is', () => {
  test('a file that has other bytes of the same length', () => {
    const path = writable(license)
    chmodSync(path, 0o644)
    writeFileSync(path, 'libc-bim')
    chmodSync(path, 0o444)
    expect(faults()).toEqual([
      { path: license, what: 'changed', detail: expect.stringMatching(/its sha256 is .*, installed was/) },
    ])
  })

  test('a file that has another mode', () => {
    chmodSync(join(root, license), 0o4755)
    expect(faults()).toEqual([{ path: license, what: 'changed', detail: 'its mode is 4755, installed was 444' }])
  })

  test('a link that leads elsewhere', () => {
    const path = writable(`lib64/${fake.layout.loader}`)
    rmSync(path)
    symlinkSync('/etc/passwd', path)
    expect(faults()).toEqual([
      { path: `lib64/${fake.layout.loader}`, what: 'changed', detail: expect.stringContaining('leads to /etc/passwd') },
    ])
  })

  test('a file that became a directory, and what lies in it', () => {
    const path = writable(license)
    rmSync(path)
    mkdirSync(path)
    writeFileSync(join(path, 'x'), '')
    expect(faults()).toEqual([
      { path: license, what: 'changed', detail: 'is a directory, installed was a file' },
      { path: `${license}/x`, what: 'added', detail: 'it was not installed' },
    ])
  })

  test('what is missing and what was added, an empty directory too', () => {
    rmSync(writable(license))
    mkdirSync(writable('lib/empty'))
    expect(faults()).toEqual([
      { path: 'lib/empty', what: 'added', detail: 'it was not installed' },
      { path: license, what: 'missing', detail: 'it was installed' },
    ])
  })

  test('a tree that is gone', () => {
    chmodSync(dirname(root), 0o755)
    chmodSync(root, 0o755)
    rmSync(join(root, '..', 'manifest.json'))
    expect(faults()).toEqual([{ path: 'manifest.json', what: 'changed', detail: expect.stringContaining('missing') }])
  })
})

test('damage to a file that a package, a tree and another spec share is told, and undone by remove and add', async () => {
  const packages = await fake.basePackages()
  const { url, asked } = await fake.serve({
    ...fake.suiteFiles('mine', packages),
    ...fake.suiteFiles('again', packages),
  })
  const other = { GLIBC_MATRIX_HOME: temporary() }
  const install = (spec: string) =>
    resolveSysroot({ spec, mirrors: [url], allowUnsigned: true }, { install: true, env: other })
  const { path, digest } = await install('debian:mine')
  const shared = join(path, license)
  chmodSync(shared, 0o644)
  writeFileSync(shared, 'other')
  asked.length = 0
  const error = await rejection(install('debian:again'))
  expect(error.code).toBe('SYSROOT_DAMAGED')
  expect(error.message).toContain(license)
  // The package was unpacked anew, from the mirror.
  expect(asked.filter((each) => each.startsWith('pool/'))).toEqual([fake.poolPath('libc-bin', '1')])
  await removeSysroot('debian:mine', other)
  expect(await install('debian:again')).toMatchObject({ path, digest })
  expect(readFileSync(shared, 'utf8')).toBe('libc-bin')
  expect(checkSysroots(other).flatMap((each) => each.faults)).toEqual([])
})

function modeOf(path: string): number {
  return statSync(join(root, path)).mode & 0o7777
}
