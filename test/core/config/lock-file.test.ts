import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { formatLockFile, lockedIn, readLockFile } from '../../../packages/core/src/config/lock-file.js'
import { portableSpec } from '../../../packages/core/src/config/spec-paths.js'
import { failure } from '../failure.js'
import { temporary } from '../sysroot/debian/machine.js'

const tree = {
  glibc: '2.31',
  digest: 'd'.repeat(64),
  packages: [{ name: 'libc6', version: '2.31-13', sha256: 'e'.repeat(64), size: 12, path: 'pool/libc6.deb' }],
}
const sysroots = {
  v2: { spec: 'debian:bookworm', packages: ['libx', 'liby'], machines: { amd64: tree } },
  v1: { spec: 'archive:../one.tar', packages: [], machines: { any: { ...tree, digest: null } } },
}
const text = formatLockFile(sysroots)

function reading(content: string, env: Record<string, string> = {}) {
  const root = temporary()
  writeFileSync(join(root, 'glibc-matrix.lock.json'), content)
  return readLockFile(root, env)
}

test('what is written is read again, whatever order it was given in', () => {
  expect(reading(text).sysroots).toEqual(sysroots)
  expect(Object.keys(JSON.parse(text).sysroots)).toEqual(['v1', 'v2'])
  expect(formatLockFile(Object.fromEntries(Object.entries(sysroots).reverse()))).toBe(text)
})

test.each([
  [{}, false],
  [{ CI: '' }, false],
  [{ CI: '0' }, false],
  [{ CI: 'false' }, false],
  [{ CI: 'true' }, true],
  [{ CI: '1' }, true],
])('with %j in the environment it is frozen: %s', (env, isFrozen) => {
  expect(reading(text, env).frozen).toBe(isFrozen)
})

test('one that is not there pins nothing, and freezes nothing', () => {
  expect(readLockFile(temporary(), { CI: 'true' })).toMatchObject({ frozen: false, sysroots: null })
})

describe('a sysroot is found by its spec, its packages and the architecture', () => {
  const lock = reading.bind(null, text)
  test.each([
    ['debian:bookworm', ['liby', 'libx'], 'amd64', tree],
    ['debian:bookworm', ['libx', 'liby', 'libx'], 'amd64', tree],
    ['debian:bookworm', ['libx'], 'amd64', null],
    ['debian:bookworm', [], 'amd64', null],
    ['debian:bookworm', ['libx', 'liby'], 'arm64', null],
    ['debian:bookworm/amd64', ['libx', 'liby'], 'amd64', null],
  ])('%s with %j on %s', (spec, packages, arch, found) => {
    expect(lockedIn(lock(), spec, packages, arch)).toEqual(found)
  })

  test('paths are those from the lock file', () => {
    const file = '/a/b/glibc-matrix.lock.json'
    expect(portableSpec('archive:/a/one.tar', file)).toBe('archive:../one.tar')
    expect(portableSpec('deb:/a/b/one.deb,/a/two.deb', file)).toBe('deb:one.deb,../two.deb')
    expect(portableSpec('oci:registry.example.invalid/a', file)).toBe('oci:registry.example.invalid/a')
  })
})

describe('what is no lock file is told, by the place of the fault', () => {
  test.each([
    ['a merge’s conflict', `<<<<<<< ours\n${text}=======\n`, 'LOCK_MALFORMED', 'a merge left its conflict in it'],
    ['one that is cut short', text.slice(0, 100), 'LOCK_MALFORMED', 'is no lock file'],
    ['nothing', '', 'LOCK_MALFORMED', 'is no lock file'],
    ['another value', '[]', 'LOCK_MALFORMED', 'format'],
    ['null', 'null', 'LOCK_MALFORMED', 'is no lock file'],
    ['a hash that is none', text.replace('e'.repeat(64), '12'), 'LOCK_MALFORMED', 'packages.0.sha256'],
    [
      'a digest of another length',
      text.replace('d'.repeat(64), 'd'.repeat(63)),
      'LOCK_MALFORMED',
      'machines.amd64.digest',
    ],
    ['a size that is none', text.replace('"size": 12', '"size": -1'), 'LOCK_MALFORMED', 'size'],
    ['an older format than the first', text.replace('"format": 1', '"format": 0'), 'LOCK_MALFORMED', 'format'],
    ['a newer format', text.replace('"format": 1', '"format": 2'), 'FORMAT_TOO_NEW', 'has format 2'],
  ])('%s', (_, content, code, found) => {
    const error = failure(() => reading(content))
    expect(error.code).toBe(code)
    expect(error.message).toContain('glibc-matrix.lock.json')
    expect(error.message).toContain(found)
  })

  test('a directory', () => {
    const root = temporary()
    mkdirSync(join(root, 'glibc-matrix.lock.json'))
    expect(failure(() => readLockFile(root, {})).message).toContain('EISDIR')
  })
})
