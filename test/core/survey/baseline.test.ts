import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import tmp from 'tmp'
import { expect, test } from 'vitest'
import { baselineOf, compareBaseline, readBaseline, writeBaseline } from '../../../packages/core/src/survey/baseline.js'
import type { GatedFile } from '../../../packages/core/src/survey/gate.js'

tmp.setGracefulCleanup()
const directory = tmp.dirSync({ unsafeCleanup: true, prefix: 'glibc-matrix-baseline-' }).name
const file = join(directory, 'floors.json')

function gated(path: string, glibc: string | null): GatedFile {
  const floor = glibc === null ? null : { glibc, symbols: [] }
  return { path: join(directory, path), kind: 'dynamic', machine: 'x86_64', floor, above: false, error: null }
}

test('what is written is read again: sorted, a line for each file, relative to the baseline', () => {
  writeBaseline(file, baselineOf(file, [gated('sub/b', '2.4'), gated('a', null)]))
  expect(readFileSync(file, 'utf8')).toBe(
    '{\n  "format": 1,\n  "floors": {\n    "a": null,\n    "sub/b": "2.4"\n  }\n}\n',
  )
  expect(readBaseline(file)).toEqual({ format: 1, floors: { a: null, 'sub/b': '2.4' } })
})

test('risen, fallen, fresh and gone; by number, and no floor is the lowest', () => {
  const floors = { same: '2.4', rises: '2.4', falls: '2.31', appears: null, vanishes: '2.17', gone: '2.2.5' }
  const now = { same: '2.4', rises: '2.31', falls: '2.4', appears: '2.17', vanishes: null, toString: '2.2' }
  const changes = compareBaseline({ format: 1, floors }, { format: 1, floors: now })
  expect(changes).toEqual({
    risen: [
      { path: 'rises', was: '2.4', is: '2.31' },
      { path: 'appears', was: null, is: '2.17' },
    ],
    fallen: [
      { path: 'falls', was: '2.31', is: '2.4' },
      { path: 'vanishes', was: '2.17', is: null },
    ],
    fresh: [{ path: 'toString', was: null, is: '2.2' }],
    gone: [{ path: 'gone', was: '2.2.5', is: null }],
  })
})

test.each([
  ['not JSON', 'BASELINE_INVALID'],
  ['null', 'BASELINE_INVALID'],
  ['{"format":1}', 'BASELINE_INVALID'],
  ['{"format":1,"floors":{"a":"new"}}', 'BASELINE_INVALID'],
  ['{"format":1,"floors":{"a":2.4}}', 'BASELINE_INVALID'],
  ['{"format":2,"floors":{}}', 'FORMAT_TOO_NEW'],
])('%s is refused: %s', (text, code) => {
  writeFileSync(file, text)
  expect(() => readBaseline(file)).toThrow(expect.objectContaining({ code }))
})

test('a baseline that is not there is no empty one', () => {
  expect(() => readBaseline(join(directory, 'missing'))).toThrow(expect.objectContaining({ code: 'BASELINE_INVALID' }))
})
