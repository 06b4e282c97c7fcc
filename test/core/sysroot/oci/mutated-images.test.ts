import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { isGlibcMatrixError } from '../../../../packages/core/src/errors.js'
import { installImage } from '../../../../packages/core/src/sysroot/providers/oci/install.js'
import { openLayout } from '../../../../packages/core/src/sysroot/providers/oci/layout-directory.js'
import { context } from '../debian/machine.js'
import { faultsOf, type Watched, watched } from '../hostile/watched.js'
import { mutate } from '../unpack/mutate.js'
import * as made from './image.js'

/** `npm run fuzz` asks for 10,000 of each format. */
const COUNT = Number(process.env.GLIBC_MATRIX_FUZZ ?? 100)
const lib = `usr/lib/${made.layout.triplet}`

const entries = [
  [
    made.file(`${lib}/libc.so.6`, 'c'.repeat(700)),
    made.link('lib', 'usr/lib'),
    made.link(`${lib}/libup.so`, '../../../../../etc/passwd'),
    made.file(`${lib}/gconv/A.so`, 'a'),
  ],
  [
    made.file(`lib/${made.layout.triplet}/.wh.libup.so`, ''),
    made.file(`${lib}/gconv/.wh..wh..opq`, ''),
    made.link(`${lib}/libtwin.so.6`, `${lib}/libc.so.6`, 'link'),
    made.file(`${lib}/libnew.so.1`, 'n'),
  ],
]

type Mutated = (layers: readonly made.Layer[], seed: number) => made.Image

/** Digests and diffIDs are right wherever what reads the bytes would not meet them otherwise. */
const formats: Record<string, Mutated> = {
  'tars of layers': (layers, seed) =>
    made.imageOf(
      layers.map((layer, index) => {
        const tar = seed % 2 === index ? layer.tar : mutate(layer.tar, seed)
        return { tar, packed: tar, mediaType: made.LAYER }
      }),
    ),
  'layers of gzip': (layers, seed) =>
    made.imageOf(
      layers.map(({ tar }) => ({ tar, packed: mutate(gzipSync(tar), seed), mediaType: `${made.LAYER}+gzip` })),
    ),
  'layers of zstd': (layers, seed) =>
    made.imageOf(layers.map((layer) => ({ ...layer, packed: mutate(layer.packed, seed) }))),
  manifests: (layers, seed) => {
    const { manifest, blobs } = made.imageOf(layers)
    const changed = made.blob(manifest.mediaType, mutate(manifest.bytes, seed))
    return { manifest: changed, blobs: [changed, ...blobs.slice(1)] }
  },
}

async function endOf(image: made.Image, { root, beside }: Watched): Promise<string> {
  made.writeLayout(join(beside, 'layout'), { it: image })
  const source = openLayout(join(beside, 'layout'), null)
  return installImage(source, made.arch, root, context('/')).then(
    () => 'installed',
    (error) => (isGlibcMatrixError(error) ? error.code : `${(error as Error).stack}`),
  )
}

test.each(Object.entries(formats))(
  'mutated %s: installed inside or refused by name',
  { timeout: 3_600_000 },
  async (_, make) => {
    const place = watched()
    const layers = await Promise.all(entries.map((each) => made.zstdLayer(each)))
    const ends = new Map<string, number>()
    for (let seed = 1; seed <= COUNT; seed += 1) {
      const end = await endOf(make(layers, seed), place)
      ends.set(end, (ends.get(end) ?? 0) + 1)
      const faults = faultsOf(place.root)
      expect({ seed, changes: place.changes(), faults }).toEqual({ seed, changes: [], faults: [] })
      for (const directory of [place.root, place.beside]) {
        rmSync(directory, { recursive: true })
        mkdirSync(directory)
      }
    }
    const refusals = ['IMAGE_MALFORMED', 'IMAGE_NOT_FOUND', 'CHECKSUM_MISMATCH']
    expect([...ends.keys()].filter((end) => end !== 'installed' && !refusals.includes(end))).toEqual([])
    expect(ends.get('IMAGE_MALFORMED')).toBeGreaterThan(COUNT / 10)
  },
)
