import { ReadableStream, WritableStream } from 'node:stream/web'
import { GlibcMatrixError, isGlibcMatrixError } from '../../../errors.js'
import { compressionOf, decompress } from './compression.js'
import { dataOfDeb } from './deb.js'
import { placeEntry, type TarEntry } from './place-entry.js'

/** Decompressed; the largest package of Debian is below this. */
const MAX_DATA = 4 * 2 ** 30

/** What no program reads at run time; copyright files are kept, as the licences ask. */
const SKIPPED = /^usr\/share\/(?:man|info|lintian|bug|gdb|locale|doc(?!\/[^/]+\/copyright$|$|\/[^/]+$))(?:\/|$)/

/** Unpacks a .deb below `root`; its maintainer scripts are never run. */
export async function unpackDeb(deb: Uint8Array, url: string, root: string): Promise<void> {
  try {
    const data = dataOfDeb(deb)
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

/** The entries of a tar in their order, each with its whole content; throws what is wrong with it. */
export async function* entriesOf(
  chunks: AsyncIterable<Uint8Array>,
  isSkipped: (name: string) => boolean,
): AsyncGenerator<TarEntry> {
  const { createTarDecoder } = await import('modern-tar')
  const decoder = createTarDecoder({ strict: true }) as unknown as TransformPair
  const entries = ReadableStream.from(chunks).pipeThrough(decoder)
  for await (const { header, body } of entries) {
    const name = relativeName(header.name)
    if (name === '' || isSkipped(name)) {
      // Read to its end, not cancelled: after a cancel the decoder of modern-tar 0.8 may wait forever.
      await body.pipeTo(new WritableStream())
      continue
    }
    const parts: Uint8Array[] = []
    for await (const chunk of body) parts.push(chunk)
    yield {
      name,
      type: header.type ?? 'file',
      mode: header.mode ?? 0o644,
      target: header.linkname ?? '',
      bytes: Buffer.concat(parts),
    }
  }
}

type TransformPair = import('node:stream/web').ReadableWritablePair<
  {
    header: import('modern-tar').TarHeader
    body: ReadableStream<Uint8Array>
  },
  Uint8Array
>

/** Names inside are relative (`./usr/lib`); one that is absolute or climbs is an attack. */
export function relativeName(name: string): string {
  const parts = name.split('/').filter((part) => part !== '.' && part !== '')
  if (name.startsWith('/') || parts.includes('..') || name.includes('\0')) {
    throw new Error(`its entry '${name}' would leave the directory`)
  }
  return parts.join('/')
}

/** ENOSPC and the like are no fault of the archive. */
export function isSystemError(error: unknown): boolean {
  return /^E[A-Z0-9]+$/.test(String((error as NodeJS.ErrnoException).code)) && 'errno' in (error as object)
}
