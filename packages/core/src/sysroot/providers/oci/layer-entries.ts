import { ReadableStream, type ReadableWritablePair, WritableStream } from 'node:stream/web'
import { checkPax } from '../../unpack/check-pax.js'
import { checkedName, checkedTarget } from '../../unpack/entry-names.js'

/** One entry of a layer's tar, as far as its header tells. */
export interface LayerEntry {
  /** Below the image's root, no leading slash, no `.` or `..`; empty for the root itself. */
  readonly name: string
  readonly type: string
  readonly mode: number
  readonly size: number
  /** Of a symlink or a hard link, as it is written. */
  readonly target: string
}

/** Takes an entry: its content is read when `content` is called, else passed over. */
export type EntryVisitor = (
  entry: LayerEntry,
  index: number,
  content: () => Promise<Uint8Array>,
) => Promise<void> | void

const MAX_ENTRIES = 1_000_000

/** Walks through a layer's tar; throws a plain error for one that is damaged, or whose names leave the image. */
export async function visitEntries(tar: AsyncIterable<Uint8Array>, visit: EntryVisitor): Promise<void> {
  const { createTarDecoder } = await import('modern-tar')
  const decoder = createTarDecoder({ strict: true }) as unknown as Decoder
  let index = 0
  for await (const { header, body } of ReadableStream.from(tar).pipeThrough(decoder)) {
    if (index >= MAX_ENTRIES) throw new Error(`it has more than ${MAX_ENTRIES} entries`)
    checkPax(header)
    const { name, type = 'file', mode = 0o644, size, linkname = '' } = header
    let isRead = false
    const content = async () => {
      isRead = true
      return contentOf(body)
    }
    const plain = plainName(name)
    const entry = { name: plain, type, mode, size, target: checkedTarget(linkname, plain, type) }
    await visit(entry, index, content)
    // Read to its end, not cancelled: after a cancel the decoder of modern-tar 0.8 may wait forever.
    if (!isRead) await body.pipeTo(new WritableStream())
    index += 1
  }
}

type Decoder = ReadableWritablePair<
  { header: import('modern-tar').TarHeader; body: ReadableStream<Uint8Array> },
  Uint8Array
>

async function contentOf(body: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  for await (const chunk of body) parts.push(chunk)
  return Buffer.concat(parts)
}

/** A leading slash means the image's root; a name that climbs is an attack. */
export function plainName(name: string): string {
  return checkedName(name.replace(/^\/+/, ''))
}
