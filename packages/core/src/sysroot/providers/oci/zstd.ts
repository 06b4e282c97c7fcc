import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream'
import * as zlib from 'node:zlib'

/** Compressed bytes that are taken at once: a block of three bytes may stand for 128 KiB. */
const STEP = 1024

/** A zstd file in pieces: by node:zlib, which has it from Node 22.15 on, else by fzstd. */
export async function* zstdDecoded(file: string): AsyncGenerator<Uint8Array> {
  const create = (zlib as { createZstdDecompress?: () => zlib.Gunzip }).createZstdDecompress
  yield* create === undefined ? byFzstd(createReadStream(file)) : flowing(file, create())
}

/** A file through a decoder; when the one ends, by a fault or because nobody reads on, so does the other. */
export function flowing(file: string, decoder: zlib.Gunzip): zlib.Gunzip {
  return pipeline(createReadStream(file), decoder, () => {})
}

async function* byFzstd(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const { Decompress } = await import('fzstd')
  const ready: Uint8Array[] = []
  const decoder = new Decompress((chunk) => ready.push(chunk))
  for await (const bytes of source) {
    for (let at = 0; at < bytes.length; at += STEP) {
      decoder.push(bytes.subarray(at, at + STEP))
      yield* ready.splice(0)
    }
  }
  decoder.push(new Uint8Array(0), true)
  yield* ready.splice(0)
}
