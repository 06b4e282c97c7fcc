import { createReadStream } from 'node:fs'
import { createGunzip } from 'node:zlib'
import { checkGrowth } from '../../unpack/compression.js'
import { hashOf } from './descriptor.js'
import { malformed } from './manifest.js'
import type { PinnedLayer } from './pin.js'
import { flowing, zstdDecoded } from './zstd.js'

/** Of one layer, uncompressed; a layer of a base image is some 200 MB. */
const MAX_LAYER = 8 * 2 ** 30

/** Holes of lastlog and faillog, which are as long as the highest user id is large, are zeros in a layer. */
const FREE = 2 ** 30

/** The tar of a layer in pieces. At its end the whole must be what the image's config names as diffID. */
export async function* layerTar(file: string, layer: PinnedLayer, where: string): AsyncGenerator<Uint8Array> {
  const hash = hashOf(layer.diffId)
  let size = 0
  try {
    for await (const chunk of decoderOf(layer.mediaType)(file)) {
      size += chunk.length
      checkGrowth(size, layer.size, MAX_LAYER, FREE)
      hash.update(chunk)
      yield chunk
    }
  } catch (cause) {
    throw malformed(where, `its layer ${layer.digest} can't be unpacked: ${(cause as Error).message}`, cause)
  }
  const found = hash.digest('hex')
  if (layer.diffId.endsWith(`:${found}`)) return
  throw malformed(where, `its layer ${layer.digest} unpacks to ${found}, its config says ${layer.diffId}`)
}

type Decoder = (file: string) => AsyncIterable<Uint8Array>

const plain: Decoder = (file) => createReadStream(file)
const gzip: Decoder = (file) => flowing(file, createGunzip())

/** image-spec layer.md, and Docker's names for the same. */
const decoders: Readonly<Record<string, Decoder>> = {
  'application/vnd.oci.image.layer.v1.tar': plain,
  'application/vnd.oci.image.layer.v1.tar+gzip': gzip,
  'application/vnd.oci.image.layer.v1.tar+zstd': zstdDecoded,
  'application/vnd.docker.image.rootfs.diff.tar': plain,
  'application/vnd.docker.image.rootfs.diff.tar.gzip': gzip,
  'application/vnd.docker.image.rootfs.diff.tar.zstd': zstdDecoded,
}

/** Whether a layer can be read at all, so that nothing is downloaded in vain. */
export function isReadable(mediaType: string): boolean {
  return Object.hasOwn(decoders, mediaType)
}

function decoderOf(mediaType: string): Decoder {
  const decoder = Object.hasOwn(decoders, mediaType) ? decoders[mediaType] : undefined
  if (decoder === undefined) throw new Error(`its media type is '${mediaType}'`)
  return decoder
}
