import { createReadStream, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { GlibcMatrixError } from '../../../errors.js'
import { readWhole } from './blob.js'
import type { Descriptor } from './descriptor.js'
import type { ImageSource, ServedManifest } from './image-source.js'
import { malformed, type PlatformManifest, readManifest } from './manifest.js'
import { isDigest } from './reference.js'

const MAX_MANIFEST = 4 * 2 ** 20
const INDEX = 'application/vnd.oci.image.index.v1+json'

/**
 * The image of an OCI layout (image-spec image-layout.md) as skopeo, buildah, docker save or umoci write it; `reference` is a
 * tag (`org.opencontainers.image.ref.name`) or a digest, null its only image.
 */
export function openLayout(directory: string, reference: string | null): ImageSource {
  const where = `oci-layout:${directory}${reference === null ? '' : `${isDigest(reference) ? '@' : ':'}${reference}`}`
  const blob = (descriptor: Descriptor): AsyncIterable<Uint8Array> => {
    const [algorithm = '', hex = ''] = descriptor.digest.split(':')
    return createReadStream(join(directory, 'blobs', algorithm, hex), { end: descriptor.size })
  }
  const source: ImageSource = {
    where,
    blob: (descriptor) => named(blob(descriptor), where),
    root: async () => rootOf(directory, reference, source),
    manifest: async (descriptor) => manifestOf(source, descriptor),
  }
  return source
}

async function rootOf(directory: string, reference: string | null, source: ImageSource): Promise<ServedManifest> {
  const { where } = source
  const marker = parse(readFile(join(directory, 'oci-layout'), where), where)
  if (marker.imageLayoutVersion !== '1.0.0') {
    throw malformed(where, `its imageLayoutVersion is ${JSON.stringify(marker.imageLayoutVersion)}, not "1.0.0"`)
  }
  const bytes = readFile(join(directory, 'index.json'), where)
  const index = readManifest(bytes, INDEX, where)
  if (index.kind !== 'index') throw malformed(where, 'its index.json is no index')
  const chosen = entriesOf(index.manifests, reference)
  const names = index.manifests.map(({ refName, digest }) => refName ?? digest)
  if (chosen.length === 0) throw notThere(where, names)
  const [first] = chosen as [PlatformManifest]
  const same = chosen.every(({ digest }) => digest === first.digest)
  if (same) return manifestOf(source, first)
  if (chosen.some(({ refName }) => refName !== first.refName)) throw notThere(where, names)
  // One name for one image of several platforms: an index of these alone says the same.
  const entries = chosen.map(({ os, architecture, variant, mediaType, digest, size }) => {
    return { mediaType, digest, size, platform: { os, architecture, ...(variant === null ? {} : { variant }) } }
  })
  const text = JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests: entries })
  return { bytes: Buffer.from(text), mediaType: INDEX, digest: '' }
}

function entriesOf(manifests: readonly PlatformManifest[], reference: string | null): readonly PlatformManifest[] {
  if (reference === null) return manifests
  return manifests.filter(({ refName, digest }) => refName === reference || digest === reference)
}

async function manifestOf(source: ImageSource, descriptor: Descriptor): Promise<ServedManifest> {
  const bytes = await readWhole(source, descriptor, MAX_MANIFEST)
  return { bytes, mediaType: descriptor.mediaType, digest: descriptor.digest }
}

function readFile(path: string, where: string): Buffer {
  try {
    return readFileSync(path)
  } catch (cause) {
    throw notLayout(where, `${path}: ${(cause as NodeJS.ErrnoException).code}`, cause)
  }
}

function parse(bytes: Buffer, where: string): { imageLayoutVersion?: unknown } {
  try {
    return JSON.parse(bytes.toString('utf8')) ?? {}
  } catch (cause) {
    throw malformed(where, `its oci-layout is no JSON`, cause)
  }
}

async function* named(chunks: AsyncIterable<Uint8Array>, where: string): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks
  } catch (cause) {
    throw notLayout(where, (cause as Error).message, cause)
  }
}

function notLayout(where: string, why: string, cause: unknown): GlibcMatrixError {
  return new GlibcMatrixError(
    'IMAGE_NOT_FOUND',
    `${where} can't be read as an OCI layout: ${why}`,
    'Name a directory that holds oci-layout, index.json and blobs, such as `skopeo copy SOURCE oci:DIR:TAG` makes it.',
    { where },
    cause,
  )
}

function notThere(where: string, names: readonly string[]): GlibcMatrixError {
  return new GlibcMatrixError(
    'IMAGE_NOT_FOUND',
    `${where} names no single image of that layout: it has ${names.join(', ') || 'none'}`,
    'Name one: oci-layout:DIR:TAG or oci-layout:DIR@sha256:…',
    { where, names },
  )
}
