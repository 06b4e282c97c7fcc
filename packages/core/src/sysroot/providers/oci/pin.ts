import { readWhole } from './blob.js'
import type { Descriptor } from './descriptor.js'
import type { ImageSource, ServedManifest } from './image-source.js'
import { INDEX_TYPES, type Manifest, malformed, type PlatformManifest, readManifest } from './manifest.js'
import { chooseManifest, isPlatform, noPlatform } from './platform.js'

/** What names an image for good: digests all the way down. */
export interface ImagePin {
  /** Of the image's manifest of one platform. */
  readonly manifest: string
  readonly layers: readonly PinnedLayer[]
}

export interface PinnedLayer extends Descriptor {
  /** Digest of the layer's tar, uncompressed. */
  readonly diffId: string
}

/** An index may name another one; deeper than this nobody goes. */
const MAX_DEPTH = 3
const MAX_CONFIG = 8 * 2 ** 20

/** Follows a reference to the manifest of one architecture and to its layers; everything but the layers is fetched and checked. */
export async function pinImage(source: ImageSource, arch: string): Promise<ImagePin> {
  const { served, manifest } = await imageOf(source, await source.root(), arch, MAX_DEPTH)
  const diffIds = await diffIdsOf(source, manifest.config, arch)
  if (diffIds.length !== manifest.layers.length) {
    throw malformed(source.where, `it has ${manifest.layers.length} layers and ${diffIds.length} diffIDs`)
  }
  const layers = manifest.layers.map((layer, index) => ({ ...layer, diffId: diffIds[index] as string }))
  return { manifest: served.digest, layers }
}

type Image = Extract<Manifest, { kind: 'image' }>

async function imageOf(
  source: ImageSource,
  served: ServedManifest,
  arch: string,
  depth: number,
): Promise<{ served: ServedManifest; manifest: Image }> {
  const manifest = readManifest(served.bytes, served.mediaType, source.where)
  if (manifest.kind === 'image') return { served, manifest }
  if (depth === 0) throw malformed(source.where, 'its indexes name each other without an end')
  const chosen = chooseManifest(manifest.manifests, arch) ?? onlyOne(manifest.manifests)
  if (chosen === null) throw noPlatform(source.where, arch, manifest.manifests.map(platformText))
  return imageOf(source, await source.manifest(chosen), arch, depth - 1)
}

/** An index that says nothing of platforms (as tools write for one image, or around another index) means its only entry. */
function onlyOne(manifests: readonly PlatformManifest[]): PlatformManifest | null {
  const [only = null, ...others] = manifests
  if (only === null || others.length > 0) return null
  return only.architecture === '' || INDEX_TYPES.includes(only.mediaType) ? only : null
}

function platformText({ os, architecture, variant }: PlatformManifest): string {
  return [os || 'unknown', architecture || 'unknown', variant].filter((part) => part !== null).join('/')
}

async function diffIdsOf(source: ImageSource, descriptor: Descriptor, arch: string): Promise<readonly string[]> {
  const bytes = await readWhole(source, descriptor, MAX_CONFIG)
  const config = parseConfig(bytes, source.where)
  if (!isPlatform(config, arch)) throw noPlatform(source.where, arch, [`${config.os}/${config.architecture}`])
  const { type, diff_ids: ids } = config.rootfs ?? {}
  const isList = Array.isArray(ids) && ids.every((id) => typeof id === 'string' && /^sha(256|512):[0-9a-f]+$/.test(id))
  if (type !== 'layers' || !isList) throw malformed(source.where, 'its config lists no diffIDs')
  return ids
}

interface Config {
  readonly os?: unknown
  readonly architecture?: unknown
  readonly rootfs?: { readonly type?: unknown; readonly diff_ids?: unknown }
}

function parseConfig(bytes: Uint8Array, where: string): Config {
  try {
    const value = JSON.parse(Buffer.from(bytes).toString('utf8'))
    if (typeof value === 'object' && value !== null) return value
    throw new Error('it is no object')
  } catch (cause) {
    throw malformed(where, `its config can't be read: ${(cause as Error).message}`, cause)
  }
}
