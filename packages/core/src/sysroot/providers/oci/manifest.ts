import { GlibcMatrixError } from '../../../errors.js'
import { type Descriptor, readDescriptor } from './descriptor.js'

/** A manifest as fetched: what kind it is must be said once, by bytes and by the one who served them. */
export type Manifest =
  | { readonly kind: 'image'; readonly config: Descriptor; readonly layers: readonly Descriptor[] }
  | { readonly kind: 'index'; readonly manifests: readonly PlatformManifest[] }

export interface PlatformManifest extends Descriptor {
  readonly os: string
  readonly architecture: string
  readonly variant: string | null
  /** `org.opencontainers.image.ref.name` of an OCI layout. */
  readonly refName: string | null
}

/** Four times what Linux's overlayfs can lay over each other in Docker: no runtime starts an image with more. */
const MAX_LAYERS = 500

export const IMAGE_TYPES = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
]
export const INDEX_TYPES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
]

/**
 * Reads a manifest. One that is both an image and an index is refused, and so is one whose own `mediaType` is not that
 * under which it was served: two readers of the same digest would see two images (CVE-2021-41190).
 */
export function readManifest(bytes: Uint8Array, servedAs: string, where: string): Manifest {
  try {
    const value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    return manifestOf(value, servedAs.split(';')[0]?.trim() ?? '')
  } catch (cause) {
    throw malformed(where, (cause as Error).message, cause)
  }
}

/** For content that is no image, or none that we read. */
export function malformed(where: string, why: string, cause?: unknown): GlibcMatrixError {
  return new GlibcMatrixError(
    'IMAGE_MALFORMED',
    `${where} is no image that can be read: ${why}`,
    'Use another image, or build it anew with a current tool (docker, buildah, skopeo).',
    { where },
    cause,
  )
}

function manifestOf(value: Record<string, unknown> | null, servedAs: string): Manifest {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('it is no JSON object')
  if (value.schemaVersion !== 2) throw new Error(`its schemaVersion is ${JSON.stringify(value.schemaVersion)}, not 2`)
  const isIndex = 'manifests' in value
  if (isIndex && ('layers' in value || 'config' in value)) throw new Error('it is a manifest and an index at once')
  const own = value.mediaType ?? servedAs
  const known = isIndex ? INDEX_TYPES : IMAGE_TYPES
  for (const type of [own, servedAs]) {
    if (type !== '' && !known.includes(String(type))) throw new Error(`its media type is '${type}'`)
  }
  if (servedAs !== '' && own !== servedAs) throw new Error(`it says to be '${own}', but was served as '${servedAs}'`)
  return isIndex ? indexOf(value) : imageOf(value)
}

function imageOf(value: Record<string, unknown>): Manifest {
  if (!Array.isArray(value.layers)) throw new Error('it has no list of layers')
  if (value.layers.length > MAX_LAYERS) throw new Error(`it has ${value.layers.length} layers`)
  const config = readDescriptor(value.config, 'its config')
  return { kind: 'image', config, layers: value.layers.map((each, index) => readDescriptor(each, `layer ${index}`)) }
}

function indexOf(value: Record<string, unknown>): Manifest {
  if (!Array.isArray(value.manifests)) throw new Error('its manifests are no list')
  return { kind: 'index', manifests: value.manifests.map(entryOf) }
}

function entryOf(value: Record<string, unknown>, index: number): PlatformManifest {
  const descriptor = readDescriptor(value, `manifest ${index}`)
  const platform = (value.platform ?? {}) as Record<string, unknown>
  const annotations = (value.annotations ?? {}) as Record<string, unknown>
  const text = (field: unknown) => (typeof field === 'string' ? field : null)
  return {
    ...descriptor,
    os: text(platform.os) ?? '',
    architecture: text(platform.architecture) ?? '',
    variant: text(platform.variant),
    refName: text(annotations['org.opencontainers.image.ref.name']),
  }
}
