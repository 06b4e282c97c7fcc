import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import tmp from 'tmp'
import { afterAll, describe, expect, test } from 'vitest'
import { isGlibcMatrixError } from '../../../../packages/core/src/errors.js'
import { type Merged, mergeBlobs } from '../../../../packages/core/src/report/blob/merge.js'
import { readBlobs } from '../../../../packages/core/src/report/blob/read.js'
import type { RunBlob } from '../../../../packages/core/src/report/blob/schema.js'
import { formatGrid } from '../../../../packages/core/src/report/format-grid.js'
import { junitReport } from '../../../../packages/core/src/report/junit.js'
import { markdownReport } from '../../../../packages/core/src/report/markdown.js'
import { readGrid } from '../../../../packages/core/src/report/read-grid.js'
import { readTimings, timingsOf, writeTimings } from '../../../../packages/core/src/report/timings/timings.js'
import { redCells } from '../../../../packages/core/src/report/verdict.js'
import { writeGrid } from '../../../../packages/core/src/report/write-grid.js'
import { changedPlaces, type Place } from '../../changed-places.js'
import { mutate } from '../../sysroot/unpack/mutate.js'
import { anyBlobs } from './any-blobs.js'
import { blob, cell, job, old } from './blobs.js'

tmp.setGracefulCleanup()

/** `npm run fuzz` asks for 10,000 of each kind. */
const COUNT = Number(process.env.GLIBC_MATRIX_FUZZ ?? 100)
const patience = { timeout: 3_600_000 }
const directory = tmp.dirSync({ unsafeCleanup: true, prefix: 'glibc-matrix-blobs-' }).name
const told: string[] = []
afterAll(() => {
  if (process.env.GLIBC_MATRIX_FUZZ !== undefined) console.log(told.join('\n'))
})

/** A green run of another runner, which can say nothing of what Vitest's files hold. */
const sound = blob({ 'a.test.js': { host: 'pass', '2.31': 'pass' } }, { runner: 'jest' })

const green = { host: 'pass', '2.31': 'pass' } as const
/** Runs that are red, each in one way; and the places of which a change can rightly take that away. */
const red: readonly (readonly [string, RunBlob, readonly RegExp[]])[] = [
  [
    'a test that failed',
    blob({ 'a.test.js': { ...green, '2.31': 'fail' } }),
    [/^rows(\.0(\.cells(\.2\.31(\.state)?)?)?)?$/],
  ],
  [
    'a program that can’t run',
    blob({ 'a.test.js': { ...green, '2.31': 'incompatible' } }),
    [/^rows(\.0(\.cells(\.2\.31(\.state)?)?)?)?$/, /^rules(\.incompatible)?$/],
  ],
  [
    'an unproven one',
    blob({ 'a.test.js': { ...green, '2.31': 'unproven' } }, { rules: { incompatible: 'fail', unproven: 'fail' } }),
    [/^rows(\.0(\.cells(\.2\.31(\.state)?)?)?)?$/, /^rules(\.unproven)?$/],
  ],
  ['a run that was stopped', blob({ 'a.test.js': green }, { stopped: true }), [/^stopped$/]],
  ['a failure outside of tests', blob({ 'a.test.js': green }, { faults: ['out of memory'] }), [/^faults(\.0)?$/]],
  ['a shard that is missing', job(old, [1, 2], { 'a.test.js': 'pass' }, ['b.test.js']), [/^shard(\.count)?$/]],
  [
    'a file that did not run',
    {
      ...blob({ 'a.test.js': green }),
      suites: [{ suite: 'b.test.js', column: '2.31', durationMs: null, sha256: null }],
    },
    [/^suites(\.0(\.(suite|column|durationMs))?)?$/],
  ],
]

describe.each(red)('%s', (what, base, ownPlaces) => {
  test('stays red or is refused wherever its blob is changed, except where the red itself is written', patience, () => {
    expect(isRed(mergeBlobs([base]))).toBe(true)
    expect(isRed(mergeBlobs([sound]))).toBe(false)
    const ends = new Map<string, number>()
    fc.assert(
      fc.property(changedPlaces(base), ({ place, text }) => {
        const end = endOf(text)
        ends.set(end, (ends.get(end) ?? 0) + 1)
        if (end === 'green') expect({ place, text, mayBe: mayBeGreen(place, ownPlaces) }).toMatchObject({ mayBe: true })
      }),
      { numRuns: COUNT, seed: 1 },
    )
    told.push(`${what}: ${JSON.stringify(Object.fromEntries(ends))}`)
    expect([...ends.keys()].sort()).toEqual(expect.arrayContaining(['BLOB_DAMAGED', 'red']))
  })

  test('never crashes a merge with bytes that are changed', patience, () => {
    const text = Buffer.from(JSON.stringify(base))
    const ends = new Map<string, number>()
    for (let seed = 1; seed <= COUNT; seed += 1) {
      const end = endOf(mutate(text, seed).toString())
      ends.set(end, (ends.get(end) ?? 0) + 1)
    }
    told.push(`${what}, bytes: ${JSON.stringify(Object.fromEntries(ends))}`)
    expect([...ends.keys()]).toContain('BLOB_DAMAGED')
  })
})

/** What a merge makes of a changed blob beside a sound one. */
function endOf(text: string): string {
  const files = [join(directory, 'changed.json'), join(directory, 'sound.json')]
  writeFileSync(files[0] as string, text)
  writeFileSync(files[1] as string, JSON.stringify(sound))
  try {
    const blobs = readBlobs([directory])
    const merged = mergeBlobs(blobs)
    render(merged)
    expect(timingsAgain(blobs)).toEqual(timingsOf(blobs))
    return isRed(merged) ? 'red' : 'green'
  } catch (error) {
    if (!isGlibcMatrixError(error) || !['BLOB_DAMAGED', 'FORMAT_TOO_NEW'].includes(error.code)) throw error
    return error.code
  }
}

/** As `glibc-matrix merge` ends. */
function isRed({ grid, rules }: Merged): boolean {
  return redCells(grid, rules).length > 0 || (grid.gaps ?? []).length > 0
}

/** Every report takes whatever a merge makes, and the grid's file is read again as it was. */
function render({ grid, rules }: Merged): void {
  const file = join(directory, 'grid')
  formatGrid(grid, { color: false, ...rules })
  for (const report of [junitReport, markdownReport]) report(grid, rules)
  writeGrid(file, grid)
  expect(readGrid(file)).toEqual(grid)
  rmSync(file)
}

function timingsAgain(blobs: readonly RunBlob[]) {
  const file = join(directory, 'timings')
  writeTimings(file, timingsOf(blobs))
  const again = readTimings(file)
  rmSync(file)
  return again
}

/** A whole blob that is replaced, by a value that is none of ours, says nothing any more. */
function mayBeGreen(place: Place, ownPlaces: readonly RegExp[]): boolean {
  return place === '' || ownPlaces.some((pattern) => pattern.test(place))
}

describe('merges of whatever blobs', () => {
  test('show every red cell that one of them has, and no tick that none of them has', patience, () => {
    let count = 0
    fc.assert(
      fc.property(anyBlobs, (blobs) => {
        const merged = mergeBlobs(blobs)
        count += 1
        const shown = merged.grid.rows.map(({ suite, test: name, cells }) => ({
          suite,
          name,
          cells: Object.values(cells),
        }))
        for (const each of cellsOf(blobs)) {
          const rows = shown.filter(({ suite, name }) => name === each.test && suite.includes(each.suite))
          const states = rows.flatMap(({ cells }) => cells.map(({ state }) => state))
          if (each.state === 'fail') expect(states).toContain('fail')
          if (each.state === 'incompatible') expect(states).toSatisfy(hasOneOf('incompatible', 'fail'))
          if (each.state === 'unproven')
            expect(states).toSatisfy(hasOneOf('unproven', 'incompatible', 'fail', 'missing'))
        }
        for (const { suite, name, cells } of shown) {
          const own = cellsOf(blobs).filter((each) => name === each.test && suite.includes(each.suite))
          if (cells.some(({ state }) => state === 'pass')) expect(own.map(({ state }) => state)).toContain('pass')
        }
        render(merged)
      }),
      { numRuns: COUNT, seed: 1 },
    )
    told.push(`merges: ${count}`)
  })

  test('say the same in whatever order they come, and twice', patience, () => {
    fc.assert(
      fc.property(anyBlobs, fc.infiniteStream(fc.nat()), (blobs, order) => {
        const merged = JSON.stringify(mergeBlobs(blobs))
        const shuffled = blobs.map((each) => [order.next().value ?? 0, each] as const).sort(([a], [b]) => a - b)
        expect(JSON.stringify(mergeBlobs(shuffled.map(([, each]) => each)))).toBe(merged)
        expect(JSON.stringify(mergeBlobs([...blobs, ...structuredClone(blobs)]))).toBe(merged)
      }),
      { numRuns: COUNT, seed: 1 },
    )
  })

  test('of one more blob keep every red cell', patience, () => {
    fc.assert(
      fc.property(anyBlobs, (blobs) => {
        const failed = (merged: Merged) =>
          new Set(
            redCells(merged.grid, merged.rules).flatMap((each) => (each.cell.state === 'fail' ? [each.test] : [])),
          )
        const more = failed(mergeBlobs(blobs))
        for (const name of failed(mergeBlobs(blobs.slice(0, -1)))) expect(more).toContain(name)
      }),
      { numRuns: COUNT, seed: 1 },
    )
  })
})

function hasOneOf(...wanted: readonly string[]) {
  return (states: readonly string[]) => wanted.some((state) => states.includes(state))
}

function cellsOf(blobs: readonly RunBlob[]) {
  return blobs.flatMap(({ rows }) =>
    rows.flatMap(({ suite, test: name, cells }) =>
      Object.values(cells).map(({ state }) => ({ suite, test: name, state })),
    ),
  )
}

test.each(['constructor', 'prototype', '__proto__'])('a column called %s hides nothing', (name) => {
  const column = { ...old, name }
  const base = blob({ 'a.test.js': { host: 'pass' } })
  const cells = JSON.parse(`{${JSON.stringify(name)}: ${JSON.stringify(cell('fail'))}}`)
  const text = JSON.stringify({
    ...base,
    columns: [...base.columns, column],
    rows: [{ suite: 'a.test.js', test: 'works', cells }],
  })
  expect(text).toContain(`"${name}":{"state":"fail"`)
  expect(endOf(text)).not.toBe('green')
})
