import { readdirSync } from 'node:fs'
import tmp from 'tmp'
import { expect, it } from 'vitest'
import { readBlobs } from '../../../../packages/core/src/report/blob/read.js'
import { writeBlob } from '../../../../packages/core/src/report/blob/write.js'
import { blob } from './blobs.js'

it('a run takes the place of one that it repeats, and of no other', () => {
  const { name: directory } = tmp.dirSync({ unsafeCleanup: true })
  writeBlob(directory, blob({ 'a.test.ts': { host: 'fail' } }))
  writeBlob(directory, blob({ 'b.test.ts': { host: 'pass' } }))
  expect(readBlobs([directory])).toHaveLength(2)
  writeBlob(directory, blob({ 'a.test.ts': { host: 'skip' } }))
  expect(readBlobs([directory]).flatMap(({ rows }) => rows.map(({ cells }) => cells.host?.state))).toContain('fail')
  writeBlob(directory, blob({ 'a.test.ts': { host: 'pass' } }))
  expect(readBlobs([directory]).flatMap(({ rows }) => rows.map(({ cells }) => cells.host?.state))).not.toContain('fail')
  expect(readdirSync(directory).length).toBeLessThanOrEqual(3)
})
