import { Readable } from 'node:stream'
import { ReadableStream } from 'node:stream/web'
import * as zlib from 'node:zlib'

/** By the ending of a file's name; anything else is stored plain. */
export type Compression = 'xz' | 'gz' | 'zst' | 'none'

export function compressionOf(name: string): Compression {
  return (/\.(xz|gz|zst)$/.exec(name)?.[1] ?? 'none') as Compression
}

/** Yields the decompressed bytes; throws when they are more than `maxBytes`, or not of that format. */
export async function* decompress(
  bytes: Uint8Array,
  compression: Compression,
  maxBytes: number,
): AsyncGenerator<Uint8Array> {
  let done = 0
  for await (const chunk of await open(bytes, compression)) {
    done += chunk.length
    if (done > maxBytes) throw new Error(`it unpacks to more than ${maxBytes} bytes`)
    yield chunk
  }
}

async function open(bytes: Uint8Array, compression: Compression): Promise<AsyncIterable<Uint8Array>> {
  if (compression === 'none') return Readable.from([bytes])
  if (compression === 'xz') return openXz(bytes)
  const stream = compression === 'gz' ? zlib.createGunzip() : zstd()
  stream.end(bytes)
  return stream
}

async function openXz(bytes: Uint8Array): Promise<AsyncIterable<Uint8Array>> {
  const { XzReadableStream } = (await import('xz-decompress')).default as unknown as typeof import('xz-decompress')
  const source = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(bytes)
      controller.close()
    },
  })
  return new XzReadableStream(source as globalThis.ReadableStream<Uint8Array>) as ReadableStream<Uint8Array>
}

/** node:zlib has zstd from Node 22.15 and 23.8 on; Debian itself uses xz. */
function zstd(): zlib.Gunzip {
  const create = (zlib as { createZstdDecompress?: () => zlib.Gunzip }).createZstdDecompress
  if (create === undefined)
    throw new Error(`it is compressed with zstd, which Node ${process.versions.node} can't read`)
  return create()
}
