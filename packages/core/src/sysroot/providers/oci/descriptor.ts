import { createHash, type Hash } from 'node:crypto'
import { GlibcMatrixError } from '../../../errors.js'
import { isDigest } from './reference.js'

/** Content by its digest and size (image-spec descriptor.md). */
export interface Descriptor {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
}

/** Reads a descriptor of a manifest; throws a plain error that says what is wrong with it. */
export function readDescriptor(value: unknown, what: string): Descriptor {
  const { mediaType, digest, size } = (value ?? {}) as Record<string, unknown>
  if (typeof digest !== 'string' || !isDigest(digest)) throw new Error(`the digest of ${what} is '${digest}'`)
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) {
    throw new Error(`the size of ${what} is '${size}'`)
  }
  if (typeof mediaType !== 'string') throw new Error(`${what} has no mediaType`)
  return { mediaType, digest, size }
}

/** Hash of a digest's own algorithm. */
export function hashOf(digest: string): Hash {
  return createHash(digest.slice(0, digest.indexOf(':')))
}

/** `sha256:…` of bytes, by the algorithm of `like`. */
export function digestOf(bytes: Uint8Array, like = 'sha256:'): string {
  const algorithm = like.slice(0, like.indexOf(':'))
  return `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`
}

/** Refuses content that is not what its descriptor names. */
export function checkContent(found: { size: number; digest: string }, expected: Descriptor, where: string): void {
  if (found.size === expected.size && found.digest === expected.digest) return
  throw new GlibcMatrixError(
    'CHECKSUM_MISMATCH',
    `${where} is not what its manifest names: it has ${found.size} bytes and ${found.digest}, expected were ${expected.size} bytes and ${expected.digest}`,
    'Try again; if it stays so, the registry (or something between) changed the image: use another one.',
    { where, expected, found },
  )
}
