import { mkdirSync, rmSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { isGlibcMatrixError } from '../../../packages/core/src/errors.js'
import { archiveOfPackage } from '../../../packages/core/src/sysroot/pack/npm-package.js'
import { unpackSysroot } from '../../../packages/core/src/sysroot/pack/unpack-sysroot.js'
import { treeDigest } from '../../../packages/core/src/sysroot/tree-digest.js'
import { rejection } from '../failure.js'
import { belowRoot, manifestEntry } from './hostile/formats.js'
import { gnuLong, type RawEntry, rawTar } from './hostile/raw-tar.js'
import { faultsOf, watched } from './hostile/watched.js'
import { mutate } from './unpack/mutate.js'

/** `npm run fuzz` asks for 10,000 of each format. */
const COUNT = Number(process.env.GLIBC_MATRIX_FUZZ ?? 100)

const long = `usr/${'long-name/'.repeat(12)}file`
const entries: readonly RawEntry[] = [
  { name: 'lib/', type: '5' },
  { name: 'lib/libc.so.6', body: 'x'.repeat(700) },
  { name: 'lib/libc.so', type: '2', target: 'libc.so.6' },
  { name: 'lib/libtwin.so', type: '1', target: 'lib/libc.so.6' },
  { name: 'usr/', type: '5' },
  { name: 'usr/lib', type: '2', target: '../lib' },
  gnuLong('L', long),
  { name: 'cut', body: 'y' },
]

const tarWith = (digest: string) => rawTar([manifestEntry(digest), ...entries.map(belowRoot)])

/** A pack whose manifest has the digest of its files. */
async function soundTar(): Promise<Buffer> {
  const error = await rejection(unpackSysroot(gzipSync(tarWith('')), 'x', watched().root))
  return tarWith(String(error.details.digest))
}

test('mutated packs: refused by name, or whole; nothing outside', { timeout: 3_600_000 }, async () => {
  const tar = await soundTar()
  const pack = gzipSync(tar)
  const { root, changes } = watched()
  const ends = new Map<string, number>()
  for (let seed = 1; seed <= COUNT; seed += 1) {
    // Most changes are made inside of the compression, whose own checksum would find them otherwise.
    const bytes = seed % 5 === 0 ? mutate(pack, seed) : gzipSync(mutate(tar, seed), { level: 1 })
    const end = await unpackSysroot(bytes, 'x', root).then(
      ({ digest }) => (treeDigest(root) === digest ? 'whole' : 'wrong'),
      (error) => (isGlibcMatrixError(error) ? error.code : `${error}`),
    )
    ends.set(end, (ends.get(end) ?? 0) + 1)
    expect({ seed, changes: changes(), faults: faultsOf(root) }).toEqual({ seed, changes: [], faults: [] })
    rmSync(root, { recursive: true })
    mkdirSync(root)
  }
  const known = ['ARCHIVE_MALFORMED', 'CHECKSUM_MISMATCH', 'FORMAT_TOO_NEW', 'whole']
  expect([...ends.keys()].filter((end) => !known.includes(end))).toEqual([])
  for (const end of ['ARCHIVE_MALFORMED', 'CHECKSUM_MISMATCH']) expect(ends.get(end)).toBeGreaterThan(0)
})

test('mutated packages of npm: the archive in it, or refused by name', { timeout: 3_600_000 }, async () => {
  const inner = gzipSync(tarWith(''))
  const tar = rawTar([
    { name: 'package/package.json', body: '{}' },
    { name: 'package/sysroot.tar.gz', body: inner },
  ])
  const ends = new Map<string, number>()
  for (let seed = 1; seed <= COUNT; seed += 1) {
    const end = await archiveOfPackage(gzipSync(mutate(tar, seed), { level: 1 }), 'x').then(
      (found) => (found instanceof Uint8Array ? 'found' : 'wrong'),
      (error) => (isGlibcMatrixError(error) ? error.code : `${error}`),
    )
    ends.set(end, (ends.get(end) ?? 0) + 1)
  }
  expect([...ends.keys()].sort()).toEqual(['ARCHIVE_MALFORMED', 'found'])
})
