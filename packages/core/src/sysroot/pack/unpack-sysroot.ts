import { GlibcMatrixError, isGlibcMatrixError } from '../../errors.js'
import { treeDigest } from '../tree-digest.js'
import { decompress } from '../unpack/compression.js'
import { placerInto } from '../unpack/place-entry.js'
import { isSystemError } from '../unpack/system-error.js'
import { entriesOf } from '../unpack/tar-entries.js'
import { MANIFEST_NAME, type PackManifest, parseManifest } from './manifest.js'

/** Decompressed; a whole distribution's root is below this. */
const MAX_BYTES = 8 * 2 ** 30

/**
 * Unpacks an archive of `pack` into the empty directory `root`, and compares every file with the digest in its manifest.
 *
 * @throws GlibcMatrixError ARCHIVE_MALFORMED, CHECKSUM_MISMATCH.
 */
export async function unpackSysroot(bytes: Uint8Array, where: string, root: string): Promise<PackManifest> {
  const manifest = await placed(bytes, where, root)
  const digest = treeDigest(root)
  if (digest === manifest.digest) return manifest
  throw new GlibcMatrixError(
    'CHECKSUM_MISMATCH',
    `The files of '${where}' are not those that were packed: their digest is ${digest}, its manifest says ${manifest.digest}`,
    'Get the archive anew, or pack the sysroot again.',
    { where, digest, expected: manifest.digest },
  )
}

async function placed(bytes: Uint8Array, where: string, root: string): Promise<PackManifest> {
  try {
    const place = placerInto(root)
    let manifest: PackManifest | null = null
    for await (const entry of entriesOf(decompress(bytes, 'gz', MAX_BYTES), () => false)) {
      if (manifest === null) {
        if (entry.name !== MANIFEST_NAME) throw new Error(`it does not begin with ${MANIFEST_NAME}`)
        manifest = parseManifest(Buffer.from(entry.bytes).toString(), where)
      } else {
        const [, name] = /^root\/(.+)$/s.exec(entry.name) ?? []
        if (name === undefined) throw new Error(`its entry '${entry.name}' is not below root/`)
        place({ ...entry, name, target: ofRoot(entry.type, entry.target) })
      }
    }
    if (manifest !== null) return manifest
    throw new Error('it is empty')
  } catch (cause) {
    if (isGlibcMatrixError(cause) || isSystemError(cause)) throw cause
    throw new GlibcMatrixError(
      'ARCHIVE_MALFORMED',
      `'${where}' is no archive of a sysroot: ${(cause as Error).message}`,
      'Name a file that `glibc-matrix pack` wrote, or pack the sysroot again.',
      { where },
      cause,
    )
  }
}

/** A hard link names its target from the top of the archive, a symlink from where it lies. */
function ofRoot(type: string, target: string): string {
  return type === 'link' ? target.replace(/^root\//, '') : target
}
