import { crc32, gzipSync } from 'node:zlib'
import type { Compression } from '../../../../packages/core/src/sysroot/unpack/compression.js'

/** Compressed by the format's own means for bytes as they are: only a decoder is at hand for xz, and zstd in Node 20. */
export function stored(bytes: Uint8Array, compression: Compression): Buffer {
  return packers[compression](Buffer.from(bytes))
}

const CHUNK = 2 ** 16

const packers: Readonly<Record<Compression, (bytes: Buffer) => Buffer>> = {
  none: (bytes) => bytes,
  gz: (bytes) => gzipSync(bytes, { level: 1 }),
  xz: storedXz,
  zst: storedZstd,
}

/** RFC 8878: a frame of raw blocks, its window as large as a block may be. */
function storedZstd(bytes: Buffer): Buffer {
  const blocks = chunksOf(bytes).map((part, index, all) => {
    const block = Buffer.alloc(3)
    block.writeUIntLE(part.length * 8 + Number(index === all.length - 1), 0, 3)
    return Buffer.concat([block, part])
  })
  return Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58]), ...blocks])
}

/** The .xz file format 1.1: one block of LZMA2 chunks that are not compressed, no check, an index. */
function storedXz(bytes: Buffer): Buffer {
  const flags = Buffer.from([0, 0])
  const start = Buffer.concat([Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]), flags, sum(flags)])
  const blockHeader = withSum(Buffer.from([0x02, 0x00, 0x21, 0x01, 0x08, 0x00, 0x00, 0x00]))
  const chunks = chunksOf(bytes).map((part, index) => {
    const chunk = Buffer.from([index === 0 ? 0x01 : 0x02, 0, 0])
    chunk.writeUInt16BE(part.length - 1, 1)
    return Buffer.concat([chunk, part])
  })
  const block = Buffer.concat([blockHeader, ...(bytes.length === 0 ? [] : chunks), Buffer.from([0])])
  const padding = Buffer.alloc(-block.length & 3)
  const records = Buffer.concat([Buffer.from([0x00, 0x01]), varint(block.length), varint(bytes.length)])
  const index = withSum(Buffer.concat([records, Buffer.alloc(-records.length & 3)]))
  const footer = Buffer.alloc(6)
  footer.writeUInt32LE(index.length / 4 - 1)
  return Buffer.concat([start, block, padding, index, sum(footer), footer, Buffer.from('YZ')])
}

function chunksOf(bytes: Buffer): readonly Buffer[] {
  const count = Math.max(1, Math.ceil(bytes.length / CHUNK))
  return Array.from({ length: count }, (_, index) => bytes.subarray(index * CHUNK, (index + 1) * CHUNK))
}

function withSum(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, sum(bytes)])
}

function sum(bytes: Buffer): Buffer {
  const result = Buffer.alloc(4)
  result.writeUInt32LE(crc32(bytes))
  return result
}

function varint(value: number): Buffer {
  const bytes: number[] = []
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest])
    bytes.push((rest % 128) | 128)
  }
}
