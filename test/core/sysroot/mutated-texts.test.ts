import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  formatLockFile,
  type LockedSysroot,
  lockedIn,
  readLockFile,
} from '../../../packages/core/src/config/lock-file.js'
import { parsePragma, parseRuntimePragma } from '../../../packages/core/src/config/pragma.js'
import { isGlibcMatrixError } from '../../../packages/core/src/errors.js'
import { parseManifest } from '../../../packages/core/src/sysroot/pack/manifest.js'
import { authorizationFor } from '../../../packages/core/src/sysroot/providers/debian/apt-auth.js'
import { readAptConfiguration } from '../../../packages/core/src/sysroot/providers/debian/apt-configuration.js'
import { proxyFor } from '../../../packages/core/src/sysroot/providers/debian/apt-settings.js'
import { parseDeb822, parseOneLine } from '../../../packages/core/src/sysroot/providers/debian/apt-sources.js'
import { readChallenges } from '../../../packages/core/src/sysroot/providers/oci/challenge.js'
import { readManifest } from '../../../packages/core/src/sysroot/providers/oci/manifest.js'
import { formatReference, parseReference } from '../../../packages/core/src/sysroot/providers/oci/reference.js'
import { parseSpec } from '../../../packages/core/src/sysroot/spec.js'
import { changedPlaces } from '../changed-places.js'
import { temporary } from './debian/machine.js'
import { mutate } from './unpack/mutate.js'

/** `npm run fuzz` asks for 10,000 of each format. */
const COUNT = Number(process.env.GLIBC_MATRIX_FUZZ ?? 200)
const patience = { timeout: 3_600_000 }

/** What a text was made of, changed in a few places. */
function* mutations(text: string): Generator<string> {
  for (let seed = 1; seed <= COUNT; seed += 1) yield mutate(Buffer.from(text), seed).toString()
}

/** The answer, or null for a refusal by one of these codes. */
function orRefused<T>(codes: readonly string[], read: () => T): T | null {
  try {
    return read()
  } catch (error) {
    if (isGlibcMatrixError(error) && codes.includes(error.code)) return null
    throw error
  }
}

/** Texts of the signs that a format is made of, which plain chance would hardly ever put together. */
const textOf = (signs: readonly string[]) =>
  fc
    .array(fc.oneof(fc.constantFrom(...signs), fc.string({ maxLength: 5 })), { maxLength: 40 })
    .map((all) => all.join(''))

const assert = (property: fc.IRawProperty<unknown>) => fc.assert(property, { numRuns: COUNT, seed: 1 })

test('sources of apt: what is read are words, and nothing is thrown', patience, () => {
  const line = 'deb [arch=amd64 signed-by=/k/a.gpg] http://example.org/debian bookworm main contrib # x\n'
  const stanza =
    'Types: deb\nURIs: http://example.org/debian\n http://two.example.org\nSuites: sid\nComponents: main\nEnabled: yes\n\n'
  const check = (text: string) => {
    for (const source of [...parseOneLine(text, 'x'), ...parseDeb822(text, 'x')]) {
      for (const word of [source.uris, source.suites, source.components].flat())
        expect(word).toMatch(/^(?:\S|\[[^\]]*\])+$/)
    }
  }
  for (const text of mutations(line + stanza)) check(text)
  assert(fc.property(textOf(['deb ', '[', ']', 'signed-by=', ' ', '\n', ':', 'Types: deb', '\t', '#']), check))
})

test('logins, settings and proxies of apt: a header, a URL or nothing', patience, () => {
  const root = temporary()
  mkdirSync(join(root, 'etc/apt'), { recursive: true })
  const auth = 'machine https://example.org:443/debian login apt password debian\nmachine [::1] login a password b\n'
  const settings = 'Acquire { http { Proxy "http://u:p@p.example.org:3128"; Proxy::example.org "DIRECT"; }; };\n// x\n'
  const check = (text: string) => {
    for (const file of ['auth.conf', 'apt.conf']) writeFileSync(join(root, 'etc/apt', file), text)
    for (const url of ['https://example.org/debian', 'http://[::1]/']) {
      expect(authorizationFor(url, root) ?? 'Basic ').toMatch(/^Basic [A-Za-z0-9+/=]*$/)
      expect(proxyFor(url, root)?.protocol ?? 'http:').toBe('http:')
    }
    for (const [key, value] of readAptConfiguration(root)) expect(typeof key + typeof value).toBe('stringstring')
  }
  for (const text of [...mutations(auth), ...mutations(settings)]) check(text)
  assert(
    fc.property(
      textOf(['machine ', 'login ', 'password ', '{', '}', ';', '"', '::', 'Acquire', '\n', '/*', '*/']),
      check,
    ),
  )
})

test('manifests of archives: whole, or refused', patience, () => {
  const packages = [{ name: 'libc6', version: '2.31', sha256: 'a'.repeat(64) }]
  const text = JSON.stringify({ format: 1, name: 'x', spec: 'y', glibc: '2.31', machine: 'z', digest: 'd', packages })
  const check = (changed: string) => {
    try {
      const manifest = orRefused(['FORMAT_TOO_NEW'], () => parseManifest(changed, 'x'))
      for (const each of manifest?.packages ?? [])
        expect([each.name, each.version, each.sha256].join()).not.toMatch(/\p{Cc}/u)
    } catch (error) {
      // What its caller names ARCHIVE_MALFORMED.
      expect((error as Error).message).toMatch(/JSON|damaged/)
    }
  }
  for (const changed of mutations(text)) check(changed)
  assert(fc.property(fc.json(), check))
})

test('manifests of images: of one kind, or refused', patience, () => {
  const json = fc.oneof(
    fc.jsonValue(),
    fc.record(
      { schemaVersion: fc.constant(2), layers: fc.jsonValue(), config: fc.jsonValue(), manifests: fc.jsonValue() },
      { requiredKeys: ['schemaVersion'] },
    ),
  )
  const check = (value: unknown) => {
    const manifest = orRefused(['IMAGE_MALFORMED'], () => readManifest(Buffer.from(JSON.stringify(value)), '', 'x'))
    expect(['image', 'index', undefined]).toContain(manifest?.kind)
  }
  assert(fc.property(json, check))
})

test('challenges and references of registries', patience, () => {
  const signs = ['Bearer ', 'Basic', 'realm=', '"', '\\', ',', ' ', '=', '\t']
  assert(
    fc.property(textOf(signs), (header) => {
      for (const { scheme, parameters } of readChallenges(header)) {
        expect(scheme).toMatch(/^[^\s,"=]+$/)
        for (const value of Object.values(parameters)) expect(typeof value).toBe('string')
      }
    }),
  )
  assert(
    fc.property(
      textOf(['docker.io', '/', ':', '@', 'sha256:', 'a'.repeat(64), '.', '..', 'localhost:5000']),
      (text) => {
        const found = parseReference(text)
        if (found === null) return
        expect(parseReference(formatReference(found))).toEqual(found)
        const { pathname, hostname } = new URL(`https://${found.registry}/v2/${found.repository}/manifests/x`)
        expect([pathname, hostname]).toEqual([`/v2/${found.repository}/manifests/x`, expect.stringMatching(/./)])
      },
    ),
  )
})

test('specs: one spelling, or SPEC_UNKNOWN', patience, () => {
  const signs = [
    'debian:',
    'ubuntu:',
    'oci:',
    'oci-layout:',
    'deb:',
    'npm:',
    'archive:',
    'source:',
    '/',
    '#',
    '@',
    'bookworm',
    'amd64',
  ]
  assert(fc.property(textOf(signs), (text) => void orRefused(['SPEC_UNKNOWN'], () => parseSpec(text))))
})

const hash = fc.stringMatching(/^[0-9a-f]{64}$/)
const tree = fc.record({
  glibc: fc.string(),
  digest: fc.option(hash),
  packages: fc.array(
    fc.record({ name: fc.string(), version: fc.string(), sha256: hash, size: fc.nat(), path: fc.string() }),
  ),
})
const sysroot: fc.Arbitrary<LockedSysroot> = fc.record({
  spec: fc.string(),
  packages: fc.array(fc.string()),
  machines: fc.dictionary(fc.constantFrom('amd64', 'arm64', 'any'), tree, { noNullPrototype: true }),
})
const pin = fc.record({ key: fc.stringMatching(/^[0-9a-f]{40}$/), sha256: hash })
const named = <T>(value: fc.Arbitrary<T>) =>
  fc.dictionary(fc.stringMatching(/^[a-z][a-z:.-]{1,9}$/), value, { noNullPrototype: true })

test('lock files: what is written is read, and what is changed is read or refused', patience, () => {
  const root = temporary()
  const read = (text: string) => {
    writeFileSync(join(root, 'glibc-matrix.lock.json'), text)
    return readLockFile(root, {})
  }
  let seed = 0
  assert(
    fc.property(named(sysroot), named(pin), (sysroots, releases) => {
      const text = formatLockFile(sysroots, { releases })
      const found = read(text)
      expect([found.sysroots, found.releases ?? {}]).toEqual([sysroots, releases])
      expect(formatLockFile(found.sysroots ?? {}, found)).toBe(text)
      seed += 1
      orRefused(['LOCK_MALFORMED', 'FORMAT_TOO_NEW'], () => read(mutate(Buffer.from(text), seed).toString()))
    }),
  )
})

const lockFile = {
  format: 1,
  releases: { 'debian:stretch': { key: 'a'.repeat(40), sha256: 'b'.repeat(64) } },
  sysroots: {
    old: {
      spec: 'debian:bullseye',
      packages: ['zlib1g'],
      machines: {
        amd64: {
          glibc: '2.31',
          digest: 'c'.repeat(64),
          packages: [{ name: 'libc6', version: '2.31-13', sha256: 'd'.repeat(64), size: 5, path: 'pool/libc6.deb' }],
        },
      },
    },
  },
}

test('lock files of which one place is changed: the same pins, fewer, or refused', patience, () => {
  const root = temporary()
  const ends = { read: 0, refused: 0 }
  const check = (text: string) => {
    writeFileSync(join(root, 'glibc-matrix.lock.json'), text)
    const found = orRefused(['LOCK_MALFORMED', 'FORMAT_TOO_NEW'], () => readLockFile(root, {}))
    ends[found === null ? 'refused' : 'read'] += 1
    const pinned = found === null ? null : lockedIn(found, 'debian:bullseye', ['zlib1g'], 'amd64')
    for (const { name, version, sha256 } of pinned?.packages ?? [])
      expect([typeof name, typeof version, sha256]).toEqual([
        'string',
        'string',
        expect.stringMatching(/^(?:[0-9a-f]{64})?$/),
      ])
    expect(pinned?.digest ?? 'c').toMatch(/^[0-9a-f]+$/)
  }
  assert(fc.property(changedPlaces(lockFile), ({ text }) => check(text)))
  assert(fc.property(fc.json(), check))
  check('{"format": {"toString": null, "valueOf": null}, "sysroots": {}}')
  expect(ends).toEqual({ read: expect.any(Number), refused: expect.any(Number) })
  expect(Math.min(ends.read, ends.refused)).toBeGreaterThan(0)
})

test('pragmas: selectors, or PRAGMA_INVALID with a line of the file', patience, () => {
  const signs = [
    '/*',
    '*/',
    '*',
    '//',
    '\n',
    '\r\n',
    '@glibc ',
    '@glibc-runtime ',
    'node',
    '2.31',
    '>=2.34',
    '!host',
    ' ',
    '#!',
    'x',
  ]
  const check = (source: string) => {
    for (const parse of [parsePragma, parseRuntimePragma] as const) {
      try {
        for (const selector of parse(source, 'a.test.js') ?? []) expect(selector).toMatch(/^\S+$/)
      } catch (error) {
        if (!isGlibcMatrixError(error) || error.code !== 'PRAGMA_INVALID') throw error
        const line = Number(/^a\.test\.js:(\d+)/.exec(error.message)?.[1])
        expect(source.split(/\r\n|\n|\r/)[line - 1]).toContain('@glibc')
      }
    }
  }
  for (const text of mutations('/**\n * @glibc 2.31 >=2.34 !host\n * @glibc-runtime node\n */\n// @glibc 2.36\nx'))
    check(text)
  assert(fc.property(textOf(signs), check))
})
