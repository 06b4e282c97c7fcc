import { expect, test } from 'vitest'
import { findArchive } from '../../../../packages/core/src/sysroot/providers/debian/archive.js'
import { fetchBytes } from '../../../../packages/core/src/sysroot/providers/debian/fetch.js'
import { readSigned } from '../../../../packages/core/src/sysroot/providers/debian/in-release.js'
import { rejection } from '../../failure.js'
import { context } from './machine.js'

test('Debian’s own signature holds by the machine’s keys, and no longer when one character differs', async () => {
  const { mirrors, keyrings } = findArchive(context('/', { env: process.env }))
  const url = `${mirrors[0]}/dists/bullseye/InRelease`
  const bytes = await fetchBytes(url, { maxBytes: 1 << 20 })
  const text = await readSigned(bytes, url, keyrings, new Date())
  expect(text).toMatch(/^Codename: bullseye$/m)
  expect(text).not.toContain('PGP')
  const changed = Buffer.from(
    Buffer.from(bytes).toString('latin1').replace('Codename: bullseye', 'Codename: bullsexe'),
    'latin1',
  )
  expect((await rejection(readSigned(changed, url, keyrings, new Date()))).code).toBe('SIGNATURE_INVALID')
  expect((await rejection(readSigned(bytes, url, [], new Date()))).code).toBe('SIGNATURE_INVALID')
})
