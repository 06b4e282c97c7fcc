import type { ServerResponse } from 'node:http'
import { expect, test } from 'vitest'
import * as fake from '../../core/sysroot/debian/fake-archive.js'
import { storeContent } from '../../core/sysroot/store-content.js'
import { digests, good, refused } from '../../e2e/cli/here.js'
import { mirrorOf } from '../../e2e/cli/loopback-suite.js'
import { suiteOf } from './versions.js'

type Break = (bytes: Uint8Array) => fake.Answer

const breaks: Readonly<Record<string, Break>> = {
  'stops after the first byte': (bytes) => cut(bytes, 1),
  'stops in the middle': (bytes) => cut(bytes, Math.floor(bytes.length / 2)),
  'stops before the last byte': (bytes) => cut(bytes, bytes.length - 1),
  'ends early without an error': (bytes) => bytes.subarray(0, bytes.length - 1),
  'has one other byte': (bytes) => Buffer.concat([bytes.subarray(0, bytes.length - 1), Buffer.from([1])]),
  'goes on after its end': (bytes) => Buffer.concat([bytes, bytes]),
  'is an error page': () => (response) => void response.writeHead(500).end('no'),
  'is a closed connection': () => (response) => void response.destroy(),
}

function cut(bytes: Uint8Array, length: number): fake.Answer {
  return (response: ServerResponse) => {
    response.writeHead(200, { 'content-length': bytes.length })
    response.write(bytes.subarray(0, length), () => response.destroy())
  }
}

test('a download that breaks leaves the state as it was, and the next one is good', async () => {
  const old = await suiteOf('1')
  const { mirror, project } = await mirrorOf(old)
  const here = project()
  await good(here, 'add')
  const before = await digests(here)
  const fresh = await suiteOf('2')
  const path = fake.poolPath('libc-bin', '2')
  const { deb } = fresh.find(({ name }) => name === 'libc-bin') as fake.Package
  const content = storeContent(here.env.GLIBC_MATRIX_HOME as string)
  for (const [name, change] of Object.entries(breaks)) {
    await mirror.publish(fresh)
    mirror.change(path, change(deb))
    expect(await refused(here, 'update'), name).toMatch(/DOWNLOAD_FAILED|CHECKSUM_MISMATCH/)
    expect(await digests(here), name).toEqual(before)
    expect(storeContent(here.env.GLIBC_MATRIX_HOME as string), name).toEqual(content)
  }
  await mirror.publish(fresh)
  expect(await good(here, 'update')).toContain('libc-bin 1 → 2')
})
