import { mkdirSync, readdirSync, realpathSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { isGlibcMatrixError } from '../../packages/core/src/errors.js'
import { MANIFEST_NAME, type PackManifest } from '../../packages/core/src/sysroot/pack/manifest.js'
import { archiveOfPackage, npmPackage } from '../../packages/core/src/sysroot/pack/npm-package.js'
import { tarOf } from '../../packages/core/src/sysroot/pack/pack-sysroot.js'
import { unpackSysroot } from '../../packages/core/src/sysroot/pack/unpack-sysroot.js'
import { treeDigest } from '../../packages/core/src/sysroot/tree-digest.js'
import type { TarEntry } from '../../packages/core/src/sysroot/unpack/place-entry.js'
import { temporaryDirectory } from './directory.js'

const COUNT = 10_000

/** Numbers below `limit` that are the same in every run (mulberry32). */
function numbers(seed: number): (limit: number) => number {
  let state = seed
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit
  }
}

/** One to four changes: a byte, a run of bytes, a block moved over another, an end cut off. */
function mutated(bytes: Uint8Array, below: (limit: number) => number): Buffer {
  let copy = Buffer.from(bytes)
  for (let change = below(4); change >= 0; change--) {
    const at = below(copy.length)
    const kind = below(8)
    if (kind < 4) copy[at] = below(256)
    else if (kind < 6) copy.fill(below(256), at, Math.min(copy.length, at + below(64)))
    else if (kind < 7) copy.copyWithin(at, below(copy.length), below(copy.length))
    else copy = copy.subarray(0, Math.max(1, at))
  }
  return copy
}

function entry(name: string, content: string, type = 'file', target = ''): TarEntry {
  return { name, type, mode: 0o644, target, bytes: Buffer.from(content) }
}

const files = [
  entry('root/lib', '', 'directory'),
  entry('root/lib/libc.so.6', 'x'.repeat(700)),
  entry('root/lib/libc.so', '', 'symlink', 'libc.so.6'),
  entry('root/usr', '', 'directory'),
  entry('root/usr/lib', '', 'symlink', '../lib'),
  entry(`root/usr/${'long-name/'.repeat(12)}file`, 'y'),
]

async function packOf(directory: string): Promise<Uint8Array> {
  const blank: PackManifest = {
    format: 1,
    name: 'x',
    spec: 'x',
    glibc: '2.31',
    machine: 'x',
    digest: '0',
    packages: [],
  }
  const withDigest = async (digest: string) =>
    gzipSync(await tarOf([entry(MANIFEST_NAME, JSON.stringify({ ...blank, digest })), ...files]))
  const root = join(directory, 'first')
  mkdirSync(root)
  await unpackSysroot(await withDigest('0'), 'x', root).catch(() => {})
  return withDigest(treeDigest(root))
}

test(`${COUNT} mutated packs: refused by type, or whole; nothing outside, and none hangs`, async () => {
  const directory = realpathSync(temporaryDirectory('mutated'))
  const pack = await packOf(directory)
  const tar = gunzipSync(pack)
  const below = numbers(1)
  const ends = new Map<string, number>()
  const root = join(directory, 'box/inner/root')
  for (let round = 0; round < COUNT; round++) {
    // Most changes are made inside of the compression, whose own checksum would find them otherwise.
    const bytes = round % 5 === 0 ? mutated(pack, below) : gzipSync(mutated(tar, below), { level: 1 })
    rmSync(root, { recursive: true, force: true })
    mkdirSync(root, { recursive: true })
    const end = await unpackSysroot(bytes, 'x', root).then(
      ({ digest }) => (treeDigest(root) === digest ? 'whole' : 'wrong'),
      (error) => (isGlibcMatrixError(error) ? error.code : `${error}`),
    )
    ends.set(end, (ends.get(end) ?? 0) + 1)
  }
  expect(readdirSync(join(directory, 'box'))).toEqual(['inner'])
  expect(readdirSync(join(directory, 'box/inner'))).toEqual(['root'])
  expect(readdirSync(directory).sort()).toEqual(['box', 'first'])
  const known = ['ARCHIVE_MALFORMED', 'CHECKSUM_MISMATCH', 'FORMAT_TOO_NEW', 'whole']
  expect([...ends.keys()].filter((end) => !known.includes(end))).toEqual([])
  expect(ends.get('ARCHIVE_MALFORMED')).toBeGreaterThan(COUNT / 10)
  expect(ends.get('CHECKSUM_MISMATCH')).toBeGreaterThan(COUNT / 100)
})

test(`${COUNT} mutated packages of npm`, async () => {
  const directory = realpathSync(temporaryDirectory('mutated'))
  const bytes = await packOf(directory)
  const manifest: PackManifest = { format: 1, name: 'x', spec: 'x', glibc: '2', machine: 'x', digest: '', packages: [] }
  const tar = gunzipSync(await npmPackage({ bytes, manifest }, { name: 'x', version: '1.0.0' }))
  const below = numbers(2)
  for (let round = 0; round < COUNT; round++) {
    const end = await archiveOfPackage(gzipSync(mutated(tar, below), { level: 1 }), 'x').then(
      (found) => (found instanceof Uint8Array ? 'found' : 'wrong'),
      (error) => (isGlibcMatrixError(error) ? error.code : `${error}`),
    )
    expect(['found', 'ARCHIVE_MALFORMED']).toContain(end)
  }
})
