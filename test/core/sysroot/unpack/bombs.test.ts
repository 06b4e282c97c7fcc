import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { type Compression, decompress } from '../../../../packages/core/src/sysroot/unpack/compression.js'

const fixture = (name: string) => readFileSync(`fixtures/archives/${name}`)

const compressions: readonly Compression[] = ['gz', 'xz', 'zst']

const zeros = (compression: Compression, mebibytes: 256 | 3) =>
  compression === 'gz'
    ? gzipSync(Buffer.alloc(mebibytes * 2 ** 20))
    : fixture(`${mebibytes === 3 ? 'three' : 'zeros'}.${compression}`)

test.each(compressions)('%s: what grows out of proportion is stopped', async (compression) => {
  await expect(lengthOf(zeros(compression, 256), compression, 2 ** 32)).rejects.toThrow('200 times its size')
})

test.each(compressions)('%s: what grows beyond its bound is stopped', async (compression) => {
  await expect(lengthOf(zeros(compression, 3), compression, 2 << 20)).rejects.toThrow('more than 2097152')
})

test.each(compressions)('%s: a stream that is cut short is no shorter file', async (compression) => {
  const tar = fixture('small.tar')
  const packed = compression === 'gz' ? gzipSync(tar) : fixture(`small.tar.${compression}`)
  expect(await lengthOf(packed, compression, 2 ** 20)).toBe(tar.length)
  for (const kept of [1, Math.floor(packed.length / 2), packed.length - 1]) {
    await expect(lengthOf(packed.subarray(0, kept), compression, 2 ** 20), `${kept} bytes`).rejects.toThrow()
  }
})

async function lengthOf(bytes: Uint8Array, compression: Compression, max: number): Promise<number> {
  let length = 0
  for await (const chunk of decompress(bytes, compression, max)) length += chunk.length
  return length
}
