import { GlibcMatrixError, isGlibcMatrixError } from '../../../errors.js'
import { compressionOf, decompress } from '../../unpack/compression.js'
import { placeEntry } from '../../unpack/place-entry.js'
import { isSystemError } from '../../unpack/system-error.js'
import { entriesOf } from '../../unpack/tar-entries.js'
import { memberOfDeb } from './deb.js'

/** Decompressed; the largest package of Debian is below this. */
const MAX_DATA = 4 * 2 ** 30

/** What no program reads at run time; copyright files are kept, as the licences ask. */
const SKIPPED = /^usr\/share\/(?:man|info|lintian|bug|gdb|locale|doc(?!\/[^/]+\/copyright$|$|\/[^/]+$))(?:\/|$)/

/** Unpacks a .deb below `root`; its maintainer scripts are never run. */
export async function unpackDeb(deb: Uint8Array, url: string, root: string): Promise<void> {
  try {
    const data = memberOfDeb(deb, 'data.tar')
    const chunks = decompress(data.bytes, compressionOf(data.name), MAX_DATA)
    for await (const entry of entriesOf(chunks, (name) => SKIPPED.test(name))) placeEntry(root, entry)
  } catch (cause) {
    if (isGlibcMatrixError(cause) || isSystemError(cause)) throw cause
    throw new GlibcMatrixError(
      'ARCHIVE_MALFORMED',
      `${url} can't be unpacked: ${(cause as Error).message}`,
      `Its checksum was right, so the archive itself holds it so: report it, or use another suite or mirror.`,
      { url },
      cause,
    )
  }
}
