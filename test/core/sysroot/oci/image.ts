import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { packTar, type TarEntry } from 'modern-tar'
import { arch } from '../debian/fake-archive.js'

export { file, glibcEntries, layout, link } from '../debian/fake-archive.js'
export { arch }

export const OCI_INDEX = 'application/vnd.oci.image.index.v1+json'
export const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
const CONFIG = 'application/vnd.oci.image.config.v1+json'
export const LAYER = 'application/vnd.oci.image.layer.v1.tar'

export interface Blob {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
  readonly bytes: Buffer
}

/** An image in memory: a test changes what it likes before it is served or written. */
export interface Image {
  readonly manifest: Blob
  readonly blobs: readonly Blob[]
}

export interface Layer {
  readonly tar: Buffer
  readonly packed: Buffer
  readonly mediaType: string
}

export function blob(mediaType: string, content: unknown): Blob {
  const bytes = Buffer.isBuffer(content) ? content : Buffer.from(JSON.stringify(content))
  return { mediaType, digest: digest(bytes), size: bytes.length, bytes }
}

export function digest(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}

/** A layer as most registries hold it. */
export async function gzipLayer(entries: readonly TarEntry[]): Promise<Layer> {
  const tar = Buffer.from(await packTar([...entries]))
  return { tar, packed: gzipSync(tar), mediaType: `${LAYER}+gzip` }
}

export async function plainLayer(entries: readonly TarEntry[]): Promise<Layer> {
  const tar = Buffer.from(await packTar([...entries]))
  return { tar, packed: tar, mediaType: LAYER }
}

/** zstd's framing (RFC 8878) around bytes as they are: Node 20 has no zstd of its own. Compressed ones are for the full tests. */
export async function zstdLayer(entries: readonly TarEntry[]): Promise<Layer> {
  const { tar } = await plainLayer(entries)
  const size = 2 ** 16
  const count = Math.ceil(tar.length / size)
  const blocks = Array.from({ length: count }, (_, index) => {
    const part = tar.subarray(index * size, (index + 1) * size)
    const header = Buffer.alloc(3)
    header.writeUIntLE(part.length * 8 + Number(index === count - 1), 0, 3)
    return Buffer.concat([header, part])
  })
  const packed = Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58]), ...blocks])
  return { tar, packed, mediaType: `${LAYER}+zstd` }
}

export function descriptor({ mediaType, digest, size }: Blob) {
  return { mediaType, digest, size }
}

/** An image of these layers; `architecture` as Go names it. */
export function imageOf(layers: readonly Layer[], architecture: string = arch, diffIds?: readonly string[]): Image {
  const blobs = layers.map((layer) => blob(layer.mediaType, layer.packed))
  const ids = diffIds ?? layers.map((layer) => digest(layer.tar))
  const config = blob(CONFIG, { os: 'linux', architecture, rootfs: { type: 'layers', diff_ids: ids } })
  const manifest = blob(OCI_MANIFEST, {
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config: descriptor(config),
    layers: blobs.map(descriptor),
  })
  return { manifest, blobs: [manifest, config, ...blobs] }
}

/** An index over images by Go's name of their architecture. */
export function indexOf(images: Readonly<Record<string, Image>>): Image {
  const manifests = Object.entries(images).map(([architecture, { manifest }]) => {
    return { ...descriptor(manifest), platform: { os: 'linux', architecture } }
  })
  const manifest = blob(OCI_INDEX, { schemaVersion: 2, mediaType: OCI_INDEX, manifests })
  return { manifest, blobs: [manifest, ...Object.values(images).flatMap(({ blobs }) => blobs)] }
}

/** Writes images by tag as an OCI layout. */
export function writeLayout(directory: string, images: Readonly<Record<string, Image>>): void {
  mkdirSync(join(directory, 'blobs/sha256'), { recursive: true })
  writeFileSync(join(directory, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}')
  const manifests = Object.entries(images).map(([tag, { manifest }]) => {
    return { ...descriptor(manifest), annotations: { 'org.opencontainers.image.ref.name': tag } }
  })
  writeFileSync(join(directory, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests }))
  for (const { digest, bytes } of Object.values(images).flatMap(({ blobs }) => blobs)) {
    writeFileSync(join(directory, 'blobs/sha256', digest.slice('sha256:'.length)), bytes)
  }
}
