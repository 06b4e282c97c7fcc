import { compressionOf, decompress } from '../../unpack/compression.js'
import { placerInto, type TarEntry } from '../../unpack/place-entry.js'
import { entriesOf } from '../../unpack/tar-entries.js'
import { memberOfDeb } from './deb.js'
import { malformedDeb } from './malformed-deb.js'

/** Decompressed; the largest package of Debian is below this. */
const MAX_DATA = 4 * 2 ** 30

/** What no program reads at run time; copyright files are kept, as the licences ask. */
const SKIPPED = /^usr\/share\/(?:man|info|lintian|bug|gdb|locale|doc(?!\/[^/]+\/copyright$|$|\/[^/]+$))(?:\/|$)/

/** Unpacks a .deb below `root`; its maintainer scripts are never run. */
export async function unpackDeb(deb: Uint8Array, url: string, root: string): Promise<void> {
  try {
    const place = placerInto(root)
    for await (const entry of entriesOfDeb(deb)) place(entry)
  } catch (cause) {
    throw malformedDeb(cause, url)
  }
}

/** The entries of a .deb that programs read at run time, in their order. */
export function entriesOfDeb(deb: Uint8Array): AsyncIterable<TarEntry> {
  const data = memberOfDeb(deb, 'data.tar')
  return entriesOf(decompress(data.bytes, compressionOf(data.name), MAX_DATA), (name) => SKIPPED.test(name))
}
