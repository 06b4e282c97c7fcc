import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isGlibcMatrixError } from '../../../../packages/core/src/errors.js'
import { findArchive } from '../../../../packages/core/src/sysroot/providers/debian/archive.js'
import { packagesWith } from '../../../../packages/core/src/sysroot/providers/debian/contents.js'
import type { Lookup } from '../../../../packages/core/src/sysroot/providers/debian/lookup.js'
import { readPackageIndex } from '../../../../packages/core/src/sysroot/providers/debian/package-index.js'
import { fetchRelease, type Release } from '../../../../packages/core/src/sysroot/providers/debian/release.js'
import { rejection } from '../../failure.js'
import { mutate } from '../unpack/mutate.js'
import * as fake from './fake-archive.js'
import { context, machine } from './machine.js'

/** `npm run fuzz` asks for 10,000 of each format. */
const COUNT = Number(process.env.GLIBC_MATRIX_FUZZ ?? 200)
const patience = { timeout: 3_600_000 }

const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex')
const stanza = (name: string, more: object = {}) => {
  const fields = { Version: '1.2-3', Filename: `pool/main/${name}.deb`, Size: '10', SHA256: sha256(name), ...more }
  return [`Package: ${name}`, ...Object.entries(fields).map(([key, value]) => `${key}: ${value}`), ''].join('\n')
}
const lib = `usr/lib/${fake.layout.triplet}`
const packages = Buffer.from(['liba', 'libb', 'libc6'].map((name) => stanza(name, { Section: 'libs' })).join('\n'))
const contents = Buffer.from(`${lib}/liba.so.1  libs/liba\n${lib}/libb.so.1 libs/libb,libs/libc6\nbin/x utils/x\n`)
const inRelease = Buffer.from(
  `Suite: mine\nCodename: mine\nDate: Sat, 01 Jan 2022 00:00:00 UTC\nSHA256:\n ${sha256('')} 10 main/binary-${fake.arch}/Packages.gz\n ${sha256('x')} 20 main/Contents-${fake.arch}.gz\nMD5Sum:\n x\n`,
)

/** A mirror in a directory, whose signatures nobody asks for: what a parser sees is what the attacker wrote. */
function mirror() {
  const root = machine({})
  const url = `file://${root}`
  const asked = context(root, { mirrors: [url], allowUnsigned: true })
  const lookup: Lookup = { archive: findArchive(asked), arch: fake.arch, sysroot: 'x', context: asked }
  const write = (path: string, bytes: Uint8Array) => {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), bytes)
  }
  const place = { mirror: url, suite: 'mine', url: `${url}/dists/mine/InRelease`, byHash: false }
  const releaseWith = (path: string, bytes: Uint8Array): Release => {
    write(`dists/mine/${path}`, bytes)
    return { ...place, files: new Map([[path, { size: bytes.length, sha256: sha256(bytes) }]]) }
  }
  return {
    url,
    release: (text: Uint8Array) => {
      write('dists/mine/InRelease', text)
      return fetchRelease(lookup.archive, 'mine', 'x', asked)
    },
    packages: (text: Uint8Array, names: readonly string[] | null) =>
      readPackageIndex(releaseWith(`main/binary-${fake.arch}/Packages`, text), 'main', names, lookup),
    contents: (text: Uint8Array, sonames: readonly string[]) =>
      packagesWith(releaseWith(`main/Contents-${fake.arch}.gz`, gzipSync(text, { level: 1 })), sonames, lookup),
  }
}

/** The answer, or null for a refusal by name; any other end is a fault of ours. */
async function orRefused<T>(seed: number, answer: Promise<T>): Promise<T | null> {
  return answer.catch((error) => {
    if (isGlibcMatrixError(error)) return null
    throw new Error(`seed ${seed}: ${(error as Error).stack}`)
  })
}

test('mutated releases: what they list is small enough and hashed, or they are refused', patience, async () => {
  const { release } = mirror()
  expect((await release(inRelease)).files.size).toBe(2)
  let refused = 0
  for (let seed = 1; seed <= COUNT; seed += 1) {
    const found = await orRefused(seed, release(mutate(inRelease, seed)))
    refused += Number(found === null)
    for (const { size, sha256: hash } of found?.files.values() ?? []) {
      expect({ seed, sound: size <= 2 ** 30 && /^[0-9a-f]{64}$/.test(hash) }).toEqual({ seed, sound: true })
    }
  }
  expect(refused).toBeGreaterThan(0)
})

test(
  'mutated indexes of packages: each lies below the mirror and has an end, or they are refused',
  patience,
  async () => {
    const { packages: read, url } = mirror()
    expect([...(await read(packages, null)).keys()]).toEqual(['liba', 'libb', 'libc6'])
    let [refused, changed] = [0, 0]
    for (let seed = 1; seed <= COUNT; seed += 1) {
      const found = await orRefused(seed, read(mutate(packages, seed), null))
      refused += Number(found === null)
      changed += Number(found !== null && found.size !== 3)
      for (const entry of found?.values() ?? []) {
        expect(new URL(entry.url).href, `seed ${seed}`).toMatch(new RegExp(`^${new URL(url).href}/[^?#]+\\.deb$`))
        expect(entry).toMatchObject({
          name: expect.stringMatching(/^[a-z0-9][a-z0-9+.-]+$/),
          sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
        })
        expect(entry.size).toBeLessThanOrEqual(2 ** 31)
      }
    }
    expect(refused).toBeGreaterThan(0)
    expect(changed).toBeGreaterThan(0)
  },
)

test('mutated indexes of contents: names of packages, or they are refused', patience, async () => {
  const { contents: read } = mirror()
  const sonames = ['liba.so.1', 'libb.so.1']
  expect([...(await read(contents, sonames))]).toEqual([
    ['liba.so.1', 'liba'],
    ['libb.so.1', 'libb'],
  ])
  for (let seed = 1; seed <= COUNT; seed += 1) {
    const found = await orRefused(seed, read(mutate(contents, seed), sonames))
    for (const [soname, name] of found ?? []) {
      expect(sonames).toContain(soname)
      expect(name, `seed ${seed}`).toMatch(/^[a-z0-9][a-z0-9+.-]+$/)
    }
  }
})

const name = fc.stringMatching(/^[a-z0-9][a-z0-9+.-]{1,20}$/)
const version = fc.stringMatching(/^[0-9][A-Za-z0-9.+~]{0,12}(-[A-Za-z0-9.+~]{1,6})?$/)

test('mutated in no way: every stanza is read as it was written, in whatever pieces', patience, async () => {
  const { packages: read } = mirror()
  const entry = fc.record({ name, version, size: fc.nat(2 ** 31 - 1), depends: fc.uniqueArray(name, { maxLength: 4 }) })
  const written = fc.uniqueArray(entry, { selector: (each) => each.name, maxLength: 20 })
  const holds = async (entries: readonly { name: string; version: string; size: number; depends: string[] }[]) => {
    const text = entries.map((each) => {
      const depends = each.depends.length === 0 ? {} : { Depends: each.depends.join(' (>= 1), ') }
      return stanza(each.name, { Version: each.version, Size: String(each.size), ...depends })
    })
    const found = await read(Buffer.from(text.join('\n')), null)
    expect([...found.values()].map((each) => [each.name, each.version, each.size, each.depends.flat()])).toEqual(
      entries.map((each) => [each.name, each.version, each.size, each.depends]),
    )
  }
  await fc.assert(fc.asyncProperty(written, holds), { numRuns: COUNT, seed: 1 })
})

test('texts made to be slow are read or refused at once', async () => {
  const { packages: read, release, contents: readContents } = mirror()
  const blanks = ' '.repeat(2 ** 22)
  for (const line of [`Date: x${blanks}x`, `Origin:${blanks}`, `SHA256:\n${' a\n'.repeat(2 ** 20)}`]) {
    await orRefused(0, release(Buffer.concat([inRelease.subarray(0, 13), Buffer.from(line), inRelease.subarray(12)])))
  }
  const endless = Buffer.from(`Package: liba\nX: ${'x'.repeat(2 ** 23)}`)
  expect((await rejection(read(endless, null))).message).toContain('a stanza of more than')
  expect((await rejection(readContents(Buffer.alloc(2 ** 23, 'x'), ['liba.so.1']))).message).toContain('a line of more')
  await orRefused(0, read(Buffer.from(stanza('liba', { Version: `1${blanks.slice(0, 2 ** 20)}x` })), null))
})
