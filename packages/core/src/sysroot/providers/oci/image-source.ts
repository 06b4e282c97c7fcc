import type { Descriptor } from './descriptor.js'

/** Where an image's content comes from: a registry, or an OCI layout. */
export interface ImageSource {
  /** For messages: the image as the user named it. */
  readonly where: string
  /** The manifest that the reference names; its bytes are checked when the reference has a digest. */
  root(): Promise<ServedManifest>
  /** A manifest of an index; its bytes are checked. */
  manifest(descriptor: Descriptor): Promise<ServedManifest>
  /** Content in pieces, unchecked; never more than the descriptor's size by much. */
  blob(descriptor: Descriptor): AsyncIterable<Uint8Array>
}

export interface ServedManifest {
  readonly bytes: Uint8Array
  readonly mediaType: string
  readonly digest: string
}
