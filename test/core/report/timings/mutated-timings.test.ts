import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import tmp from 'tmp'
import { expect, test } from 'vitest'
import { isGlibcMatrixError } from '../../../../packages/core/src/errors.js'
import { balance } from '../../../../packages/core/src/report/timings/balance.js'
import { readTimings, type Timings } from '../../../../packages/core/src/report/timings/timings.js'
import { changedPlaces } from '../../changed-places.js'

tmp.setGracefulCleanup()

/** `npm run fuzz` asks for 10,000 of each kind. */
const COUNT = Number(process.env.GLIBC_MATRIX_FUZZ ?? 200)
const patience = { timeout: 3_600_000 }
const file = join(tmp.dirSync({ unsafeCleanup: true, prefix: 'glibc-matrix-timings-' }).name, 'timings.json')
const suites = ['a.test.js', 'b.test.js', 'c.test.js', 'constructor', 'toString', '__proto__']
const names = { suiteOf: (suite: string) => suite, keyOf: (suite: string) => suite }

/** Whatever is known of their times, all shards together have each file once: one that no shard runs would be no red cell. */
function expectWhole(timings: Timings, count: number): void {
  const shards = Array.from({ length: count }, (_, index) =>
    balance(suites, { index: index + 1, count }, timings, names),
  )
  expect(shards.flat().sort()).toEqual([...suites].sort())
}

test('timings that were changed are read or refused, and leave no file to nobody', patience, () => {
  const sound = { format: 1, suites: { 'a.test.js': 5, 'b.test.js': 0.5, 'gone.test.js': 1e9 } }
  const ends = { read: 0, refused: 0 }
  const check = (text: string, count: number) => {
    writeFileSync(file, text)
    try {
      expectWhole(readTimings(file), count)
      ends.read += 1
    } catch (error) {
      if (!isGlibcMatrixError(error) || error.code !== 'TIMINGS_MALFORMED') throw error
      ends.refused += 1
    }
  }
  const counts = fc.integer({ min: 1, max: 8 })
  fc.assert(
    fc.property(changedPlaces(sound), counts, ({ text }, count) => check(text, count)),
    { numRuns: COUNT, seed: 1 },
  )
  fc.assert(fc.property(fc.json(), counts, check), { numRuns: COUNT, seed: 1 })
  for (const odd of ['1e999', '-0', '5e-324', 'null', '"5"', '{"valueOf":null}'])
    check(`{"format":1,"suites":{"a.test.js":${odd}}}`, 2)
  expect(Math.min(ends.read, ends.refused)).toBeGreaterThan(0)
})

test('shards of any times have each file once', patience, () => {
  const times = fc.dictionary(fc.constantFrom(...suites), fc.double({ min: 0, noNaN: true }), { noNullPrototype: true })
  fc.assert(
    fc.property(times, fc.integer({ min: 1, max: 8 }), (timings, count) => expectWhole(timings, count)),
    { numRuns: COUNT, seed: 1 },
  )
})
