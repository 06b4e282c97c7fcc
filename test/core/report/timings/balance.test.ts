import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import tmp from 'tmp'
import { describe, expect, it } from 'vitest'
import { balance } from '../../../../packages/core/src/report/timings/balance.js'
import { readTimings, timingsOf, writeTimings } from '../../../../packages/core/src/report/timings/timings.js'
import { failure } from '../../failure.js'
import { blob } from '../blob/blobs.js'

tmp.setGracefulCleanup()

const names = { suiteOf: (suite: string) => suite, keyOf: (suite: string) => suite }

function cut(suites: readonly string[], count: number, timings: Record<string, number>): string[][] {
  return Array.from({ length: count }, (_, index) => balance(suites, { index: index + 1, count }, timings, names))
}

describe('shards', () => {
  const timings = { slow: 60, big: 30, fair: 20, small: 10, tiny: 5 }

  it('take about as long', () => {
    const shards = cut(Object.keys(timings), 2, timings)
    const loads = shards.map((suites) => suites.reduce((sum, suite) => sum + timings[suite as keyof typeof timings], 0))
    expect(loads).toEqual([65, 60])
  })

  it.each([1, 2, 3, 7, 40])('%i of them have each file once, in whatever order they are listed', (count) => {
    const suites = [...Object.keys(timings), ...Array.from({ length: 20 }, (_, index) => `new-${index}`)]
    const shards = cut(suites, count, timings)
    expect(shards.flat().sort()).toEqual([...suites].sort())
    expect(cut([...suites].reverse(), count, timings)).toEqual(shards)
  })

  it('without timings have as many files', () => {
    const suites = Array.from({ length: 12 }, (_, index) => `new-${index}`)
    expect(cut(suites, 3, {}).map(({ length }) => length)).toEqual([4, 4, 4])
  })
})

describe('the file of timings', () => {
  const path = (name: string) => join(tmp.dirSync({ unsafeCleanup: true }).name, name)

  it('has the mean of each file', () => {
    const file = path('timings.json')
    const run = blob({ 'b.ts': { host: 'pass', '2.31': 'pass' }, 'a.ts': { host: 'pass' } })
    const suites = run.suites.map((one, index) => ({ ...one, durationMs: index === 2 ? null : 10 + index * 5 }))
    writeTimings(file, timingsOf([{ ...run, suites }, blob({ 'a.ts': { host: 'fail' } })]))
    expect(readTimings(file)).toEqual({ 'a.ts': 7, 'b.ts': 13 })
  })

  it('may be missing, and is refused when it is damaged', () => {
    expect(readTimings(path('none.json'))).toEqual({})
    const file = path('timings.json')
    writeFileSync(file, '{"format": 1, "suites": {"a.ts": "long"}}')
    expect(failure(() => readTimings(file)).code).toBe('TIMINGS_MALFORMED')
  })
})
