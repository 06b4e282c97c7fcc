import { Readable } from 'node:stream'
import { ReadableStream } from 'node:stream/web'
import * as zlib from 'node:zlib'

/** By the ending of a file's name; anything else is stored plain. */
export type Compression = 'xz' | 'gz' | 'zst' | 'none'

export function compressionOf(name: string): Compression {
  return (/\.(xz|gz|zst)$/.exec(name)?.[1] ?? 'none') as Compression
}

/** What a file may unpack to whatever its own size, in bytes; beyond it MAX_RATIO counts. */
const FREE = 128 * 2 ** 20

/** xz makes program files some 4 times smaller, and text 30 times. */
const MAX_RATIO = 200

/** Compressed bytes that fzstd is given at once: a block of four bytes may stand for 128 KiB. */
const ZSTD_STEP = 1024

/** Yields the decompressed bytes; throws when they are more than `maxBytes`, out of all proportion, or not of that format. */
export async function* decompress(
  bytes: Uint8Array,
  compression: Compression,
  maxBytes: number,
): AsyncGenerator<Uint8Array> {
  let done = 0
  for await (const chunk of await open(bytes, compression)) {
    done += chunk.length
    checkGrowth(done, bytes.length, maxBytes)
    yield chunk
  }
}

/** Throws when `done` bytes are more than what `packed` bytes may become; `free` bytes are allowed whatever their proportion. */
export function checkGrowth(done: number, packed: number, maxBytes: number, free = FREE): void {
  if (done > maxBytes) throw new Error(`it unpacks to more than ${maxBytes} bytes`)
  if (done > free + MAX_RATIO * packed) throw new Error(`it unpacks to more than ${MAX_RATIO} times its size`)
}

async function open(bytes: Uint8Array, compression: Compression): Promise<AsyncIterable<Uint8Array>> {
  if (compression === 'none') return Readable.from([bytes])
  if (compression === 'xz') return openXz(bytes)
  const stream = compression === 'gz' ? zlib.createGunzip() : zstdOfNode()
  if (stream === null) return byFzstd(bytes)
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

/** node:zlib has zstd from Node 22.15 and 23.8 on. */
function zstdOfNode(): zlib.Gunzip | null {
  const create = (zlib as { createZstdDecompress?: () => zlib.Gunzip }).createZstdDecompress
  return create === undefined ? null : create()
}

async function* byFzstd(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  const { Decompress } = await import('fzstd')
  const ready: Uint8Array[] = []
  const decoder = new Decompress((chunk) => ready.push(chunk))
  for (let at = 0; at < bytes.length; at += ZSTD_STEP) {
    const end = at + ZSTD_STEP
    decoder.push(bytes.subarray(at, end), end >= bytes.length)
    yield* ready.splice(0)
  }
}
