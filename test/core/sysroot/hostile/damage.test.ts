import { randomBytes } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import type { Compression } from '../../../../packages/core/src/sysroot/unpack/compression.js'
import { rejection } from '../../failure.js'
import { LIB } from './attacks.js'
import { declared, type Format, formats, packedBy } from './formats.js'
import { faultsOf, watched } from './watched.js'

const malformed = {
  deb: 'ARCHIVE_MALFORMED',
  archive: 'ARCHIVE_MALFORMED',
  npm: 'ARCHIVE_MALFORMED',
  image: 'IMAGE_MALFORMED',
}

const entries = ['a', 'b'].map((name) => ({ name: `${LIB}/lib${name}.so`, body: name.repeat(700) }))

async function refusal(format: Format, packed: Uint8Array) {
  const { root, beside, changes } = watched()
  const error = await rejection(format.unpack([packed], root, beside))
  expect(changes()).toEqual([])
  expect(faultsOf(root)).toEqual([])
  expect(error.code).toBe(malformed[format.family])
  return error
}

describe.each(formats)('$name', (format) => {
  const tar = format.tarOf(entries)

  test('a tar that is cut short anywhere, between two entries too', async () => {
    for (let kept = 512; kept < tar.length; kept += 512) {
      await refusal(format, packedBy(format, tar.subarray(0, kept)))
      await refusal(format, packedBy(format, tar.subarray(0, kept - 100)))
    }
  })

  test('a compressed stream that is cut short', async () => {
    const packed = packedBy(format, tar)
    for (const kept of [0, 1, 10, packed.length >> 1, packed.length - 1]) {
      const cut = packed.subarray(0, kept)
      await refusal(format, declared(cut, format.compression === 'none' ? cut : tar))
    }
  })

  test('a large one that is damaged early leaves no file open', async () => {
    const large = format.tarOf([{ name: `${LIB}/liba.so`, body: randomBytes(2 ** 21) }])
    const packed = packedBy(format, large)
    packed.fill(0xff, 100, 300)
    const open = () => readdirSync('/proc/self/fd').length
    const before = open()
    for (let round = 0; round < 5; round += 1) await refusal(format, declared(packed, large))
    await expect.poll(open).toBeLessThanOrEqual(before)
  })

  test('what is of another format', async () => {
    for (const noise of ['', 'noise', '\x1f\x8b', '\xfd7zXZ\0', '\x28\xb5\x2f\xfd', '\0'.repeat(1000)]) {
      const bytes = Buffer.from(noise, 'latin1')
      await refusal(format, declared(bytes, format.compression === 'none' ? bytes : Buffer.alloc(0)))
    }
  })
})

const growing = formats.filter(({ compression }) => compression === 'gz' || compression === 'zst')

describe.each(growing)('$name', (format) => {
  test('that grows without bound', async () => {
    const mebibytes = format.family === 'image' ? 1312 : 512
    const file = { name: `${LIB}/liba.so`, size: `${(mebibytes * 2 ** 20).toString(8).padStart(11, '0')}\0` }
    const tar = format.tarOf([file])
    const start = tar.subarray(0, tar.lastIndexOf('ustar') + 255)
    const bomb = Buffer.concat([packedBy(format, start), zeros(format.compression, mebibytes)])
    const error = await refusal(format, bomb)
    expect(error.message).toContain('times its size')
  })
})

/** Members and frames may follow each other: RFC 1952 2.2, RFC 8878 3.1. */
function zeros(compression: Compression, mebibytes: number): Buffer {
  const part = compression === 'gz' ? gzipSync(Buffer.alloc(2 ** 25)) : zstdZeros(2 ** 25)
  return Buffer.concat(Array(mebibytes / 32).fill(part))
}

/** A frame whose blocks are each one zero, repeated. */
function zstdZeros(size: number): Buffer {
  const count = size / 2 ** 17
  const blocks = Array.from({ length: count }, (_, index) => {
    const block = Buffer.alloc(4)
    block.writeUIntLE(2 ** 17 * 8 + 2 + Number(index === count - 1), 0, 3)
    return block
  })
  return Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58]), ...blocks])
}
