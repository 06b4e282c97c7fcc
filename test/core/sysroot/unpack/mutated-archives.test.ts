import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { dirSync } from 'tmp'
import { expect, test } from 'vitest'
import { isGlibcMatrixError } from '../../../../packages/core/src/errors.js'
import { readSigned } from '../../../../packages/core/src/sysroot/providers/debian/in-release.js'
import { unpackDeb } from '../../../../packages/core/src/sysroot/providers/debian/unpack.js'
import * as fake from '../debian/fake-archive.js'
import { faultsOf, watched } from '../hostile/watched.js'
import { mutate } from './mutate.js'

/** `npm run fuzz` asks for 10,000 of each format. */
const COUNT = Number(process.env.GLIBC_MATRIX_FUZZ ?? 100)

/** What one case may take before it counts as a hang, in milliseconds. */
const PATIENCE = 20_000

const fixture = (name: string) => readFileSync(`fixtures/archives/${name}`)

const tar = fixture('small.tar')

const packed = {
  tar,
  'tar.gz': gzipSync(tar),
  'tar.xz': fixture('small.tar.xz'),
  'tar.zst': fixture('small.tar.zst'),
} as const

const debOf = (ending: string, data: Uint8Array) =>
  fake.frame([
    ['debian-binary', Buffer.from('2.0\n')],
    ['control.tar.gz', gzipSync(new Uint8Array(1024))],
    [`data.${ending}`, data],
  ])

const formats: readonly (readonly [string, (seed: number) => Uint8Array])[] = [
  ['ar', (seed) => mutate(debOf('tar', tar), seed)],
  ...Object.entries(packed).map(
    ([ending, data]) => [ending, (seed: number) => debOf(ending, mutate(data, seed))] as const,
  ),
]

test.each(Object.entries(packed))('unchanged, %s is unpacked', async (ending, data) => {
  const root = dirSync({ unsafeCleanup: true }).name
  await unpackDeb(debOf(ending, data), 'the archive', root)
  expect(readFileSync(join(root, 'usr/lib/abs'))).toHaveLength(3000)
})

test.each(formats)(`mutated %s: unpacked inside or refused by name`, { timeout: 3_600_000 }, async (_, make) => {
  const { root, changes } = watched()
  const outcomes = { unpacked: 0, refused: 0 }
  for (let seed = 1; seed <= COUNT; seed += 1) {
    outcomes[await outcomeOf(make(seed), seed, root)] += 1
    expect({ seed, changes: changes(), faults: faultsOf(root) }).toEqual({ seed, changes: [], faults: [] })
    rmSync(root, { recursive: true })
    mkdirSync(root)
  }
  expect(outcomes.refused).toBeGreaterThan(0)
  expect(existsSync('/etc/x')).toBe(false)
})

async function outcomeOf(deb: Uint8Array, seed: number, root: string): Promise<'unpacked' | 'refused'> {
  let timer: NodeJS.Timeout | undefined
  const patience = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`seed ${seed} hangs`)), PATIENCE)
  })
  try {
    await Promise.race([unpackDeb(deb, 'the archive', root), patience])
    return 'unpacked'
  } catch (error) {
    if (!isGlibcMatrixError(error)) throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error })
    return 'refused'
  } finally {
    clearTimeout(timer)
  }
}

test('mutated InRelease: the signed text, or refused', { timeout: 3_600_000 }, async () => {
  const key = await fake.makeKey('archive')
  const text = `Suite: stable\nDate: Sat, 01 Jan 2022 00:00:00 UTC\nSHA256:\n ${'0'.repeat(64)} 10 main/Packages.xz`
  const signed = Buffer.from(await fake.clearSign(text, key))
  const keyrings = [{ from: 'the test', bytes: Buffer.from(key.armored) }]
  const read = (bytes: Uint8Array) => readSigned(bytes, 'InRelease', keyrings, new Date())
  expect(await read(signed)).toBe(text)
  let refused = 0
  for (let seed = 1; seed <= COUNT; seed += 1) {
    try {
      expect((await read(mutate(signed, seed))).replace(/[ \t\r]+$/gm, ''), `seed ${seed}`).toBe(text)
    } catch (error) {
      if (!isGlibcMatrixError(error)) throw error
      refused += 1
    }
  }
  expect(refused).toBeGreaterThan(0)
})
