import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import tmp from 'tmp'
import { expect, it } from 'vitest'
import { blobName } from '../../../../packages/core/src/report/blob/build.js'
import { readBlobs } from '../../../../packages/core/src/report/blob/read.js'
import { writeBlob } from '../../../../packages/core/src/report/blob/write.js'
import { failure } from '../../failure.js'
import { blob, cell, host, old } from './blobs.js'

tmp.setGracefulCleanup()

function directory(files: Record<string, string> = {}): string {
  const path = tmp.dirSync({ unsafeCleanup: true, prefix: 'glibc-matrix-blobs-' }).name
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true })
    writeFileSync(join(path, name), text)
  }
  return path
}

const whole = blob({ 'a.test.ts': { host: 'pass', '2.31': 'incompatible' } })

it('reads what was written, below the directory too, and passes over other files', () => {
  const path = directory({ 'coverage.json': '{"total": 1}', 'notes.txt': 'no' })
  writeBlob(join(path, 'job 1/blobs'), whole)
  const other = blob({ 'a.test.ts': { host: 'fail' } }, { shard: { index: 2, count: 3 } })
  const file = writeBlob(join(path, 'job 2'), other)
  expect(readBlobs([path])).toEqual([whole, other])
  expect(readBlobs([file])).toEqual([other])
})

it('a second run takes the place of the first, another shard, column, command or machine does not', () => {
  const path = directory()
  expect(writeBlob(path, whole)).toBe(writeBlob(path, { ...whole, stopped: true }))
  expect(readBlobs([path])).toHaveLength(1)
  const names = [
    whole,
    { ...whole, shard: { index: 1, count: 2 } },
    { ...whole, shard: { index: 2, count: 2 } },
    { ...whole, columns: [host] },
    { ...whole, columns: [old] },
    { ...whole, project: 'other' },
    { ...whole, runner: 'jest' as const },
    { ...whole, machine: { ...whole.machine, digest: 'e4' } },
    ...['./one', './two'].map((test) => ({
      ...whole,
      runner: 'command' as const,
      rows: [{ suite: '(command)', test, cells: {} }],
    })),
  ].map(blobName)
  expect(new Set(names).size).toBe(names.length)
})

const text = JSON.stringify(whole)
const tick = { suite: 'b.test.ts', test: 'works' }

it.each<[string, string, RegExp]>([
  ['cut short', text.slice(0, -40), /JSON/],
  ['empty', '', /JSON/],
  [
    'with a field of another kind',
    text.replace('"durationMs":5', '"durationMs":"5"'),
    /rows\.0\.cells\.host\.durationMs: /,
  ],
  ['without a field', JSON.stringify({ ...whole, planned: undefined }), /planned: /],
  ['with an unknown state', text.replace('"pass"', '"green"'), /rows\.0\.cells\.host\.state: /],
  [
    'with a tick that nothing proves',
    JSON.stringify({ ...whole, rows: [{ ...tick, cells: { host: { ...cell('fail'), state: 'pass' } } }] }),
    /b\.test\.ts > works passed in 'host' without a proof/,
  ],
  [
    'with a cell of no column',
    JSON.stringify({ ...whole, rows: [{ ...tick, cells: { '2.99': cell('pass') } }] }),
    /'2\.99', which is no column/,
  ],
  ['of a shard that there is not', JSON.stringify({ ...whole, shard: { index: 4, count: 3 } }), /shard 4 of 3/],
])('a blob %s is refused', (_, content, found) => {
  const error = failure(() => readBlobs([directory({ 'good.json': text, 'bad.json': content })]))
  expect(error.code).toBe('BLOB_DAMAGED')
  expect(error.message).toMatch(found)
  expect(error.message).toContain('bad.json')
})

it('a newer format is refused, whatever else it holds', () => {
  const path = directory({ 'blob.json': '{"type": "glibc-matrix-blob", "format": 2}' })
  expect(failure(() => readBlobs([path]))).toMatchObject({ code: 'FORMAT_TOO_NEW', details: { format: 2 } })
})

it('nothing to merge is no success', () => {
  expect(failure(() => readBlobs([directory({ 'coverage.json': '{}' })])).code).toBe('BLOB_NOT_FOUND')
  expect(failure(() => readBlobs([join(directory(), 'nowhere')])).code).toBe('BLOB_NOT_FOUND')
  const other = join(directory({ 'grid.json': '{"format": 1}' }), 'grid.json')
  expect(failure(() => readBlobs([other]))).toMatchObject({ code: 'BLOB_DAMAGED' })
  expect(readFileSync(other, 'utf8')).toBe('{"format": 1}')
})
