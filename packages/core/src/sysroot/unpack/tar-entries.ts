import { ReadableStream, WritableStream } from 'node:stream/web'
import { checkPax } from './check-pax.js'
import { checkedName, checkedTarget, freshNames } from './entry-names.js'
import type { TarEntry } from './place-entry.js'

/** The largest single file that is held in memory, in bytes; no library of a distribution comes near it. */
const MAX_FILE = 2 ** 30

/** Debian's largest packages hold some 60,000 files. */
const MAX_ENTRIES = 500_000

/** The entries of a tar in their order, each with its whole content; throws what is wrong with it. */
export async function* entriesOf(
  chunks: AsyncIterable<Uint8Array>,
  isSkipped: (name: string) => boolean,
): AsyncGenerator<TarEntry> {
  const { createTarDecoder } = await import('modern-tar')
  const decoder = createTarDecoder({ strict: true }) as unknown as TransformPair
  const entries = ReadableStream.from(chunks).pipeThrough(decoder)
  const checkFresh = freshNames()
  let count = 0
  for await (const { header, body } of entries) {
    count += 1
    checkPax(header)
    if (count > MAX_ENTRIES) throw new Error(`it holds more than ${MAX_ENTRIES} entries`)
    if (header.size > MAX_FILE) throw new Error(`its entry '${header.name}' says to be ${header.size} bytes long`)
    const name = checkedName(header.name)
    if (name === '' || isSkipped(name)) {
      // Read to its end, not cancelled: after a cancel the decoder of modern-tar 0.8 may wait forever.
      await body.pipeTo(new WritableStream())
      continue
    }
    const type = header.type ?? 'file'
    checkFresh(name, type)
    yield {
      name,
      type,
      mode: header.mode ?? 0o644,
      target: checkedTarget(header.linkname ?? '', name, type),
      bytes: await wholeOf(body, header.size, name),
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

async function wholeOf(body: ReadableStream<Uint8Array>, size: number, name: string): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  for await (const chunk of body) parts.push(chunk)
  const bytes = Buffer.concat(parts)
  if (bytes.length !== size) throw new Error(`its entry '${name}' holds ${bytes.length} bytes and not ${size}`)
  return bytes
}
