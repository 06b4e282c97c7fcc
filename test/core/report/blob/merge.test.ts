import { describe, expect, it } from 'vitest'
import { type Merged, mergeBlobs } from '../../../../packages/core/src/report/blob/merge.js'
import type { RunBlob } from '../../../../packages/core/src/report/blob/schema.js'
import { formatGrid } from '../../../../packages/core/src/report/format-grid.js'
import { redCells } from '../../../../packages/core/src/report/verdict.js'
import { blob, cell, host, job, old } from './blobs.js'

const jobs = [
  job(host, [1, 2], { 'a.test.ts': 'pass' }, ['b.test.ts']),
  job(host, [2, 2], { 'b.test.ts': 'pass' }, ['a.test.ts']),
  job(old, [1, 2], { 'a.test.ts': 'incompatible' }, ['b.test.ts']),
  job(old, [2, 2], { 'b.test.ts': 'pass' }, ['a.test.ts']),
]

function states({ grid }: Merged): Record<string, string> {
  return Object.fromEntries(
    grid.rows.map(({ suite, test, cells }) => [
      `${suite} > ${test}`,
      grid.columns.map(({ name }) => cells[name]?.state ?? 'nothing').join(' '),
    ]),
  )
}

const messages = ({ grid }: Merged) => grid.gaps?.map(({ message }) => message)

describe('jobs of columns and shards', () => {
  it('are one grid, the same in whatever order they come, and however often', () => {
    const merged = mergeBlobs(jobs)
    expect(states(merged)).toEqual({ 'a.test.ts > works': 'pass incompatible', 'b.test.ts > works': 'pass pass' })
    expect(merged.grid.gaps).toEqual([])
    expect(merged.grid.columns).toEqual([host, old].map(({ skip, ...column }) => column))
    const text = JSON.stringify(merged)
    for (const order of [
      [3, 2, 1, 0],
      [2, 0, 3, 1],
      [1, 1, 0, 3, 2, 0],
    ]) {
      expect(JSON.stringify(mergeBlobs(order.map((index) => structuredClone(jobs[index] as RunBlob))))).toBe(text)
    }
  })

  it.each([
    [0, 'shard 1 of 2 of column host is missing', { 'a.test.ts > works': 'missing incompatible' }],
    [3, 'shard 2 of 2 of column 2.31 is missing', { 'b.test.ts > works': 'pass missing' }],
  ])('without one of them are red, with the shard named and its cells missing', (index, message, cells) => {
    const merged = mergeBlobs(jobs.filter((_, other) => other !== index))
    expect(messages(merged)).toEqual([`vitest: ${message}`])
    expect(states(merged)).toMatchObject(cells)
    expect(redCells(merged.grid, merged.rules).some((red) => red.cell.state === 'missing')).toBe(true)
    expect(formatGrid(merged.grid, { color: false, ...merged.rules })).toContain(message)
  })

  it('without a whole column are red, and the column is there', () => {
    const merged = mergeBlobs(jobs.slice(0, 2))
    expect(messages(merged)).toEqual(['vitest: column 2.31 is missing: no run of it was merged'])
    expect(states(merged)).toEqual({ 'a.test.ts > works': 'pass missing', 'b.test.ts > works': 'pass missing' })
    expect(merged.grid.columns[1]).toEqual({ name: '2.31', spec: 'debian:bullseye', glibc: null })
  })

  it('name the file that each shard left to another, though all shards are there', () => {
    const left = job(old, [2, 2], {}, ['a.test.ts', 'b.test.ts'])
    const merged = mergeBlobs([...jobs.slice(0, 3), left])
    expect(messages(merged)).toEqual(['vitest: b.test.ts did not run in column 2.31'])
    expect(states(merged)['b.test.ts > works']).toBe('pass missing')
  })

  it('show a file that none ran as a row of its own', () => {
    const merged = mergeBlobs([jobs[0], jobs[2]].map((one) => one as RunBlob))
    expect(states(merged)['b.test.ts > (file)']).toBe('missing missing')
  })

  it('that were cut in different ways are told', () => {
    const merged = mergeBlobs([...jobs.slice(0, 3), job(old, [3, 3], { 'b.test.ts': 'pass' }, [])])
    expect(messages(merged)).toEqual(['vitest: column 2.31 was cut into 2 and into 3 shards'])
  })

  it('that ran on two sysroots prove nothing of their column', () => {
    const other = job({ ...old, digest: 'c2'.repeat(32) }, [2, 2], { 'b.test.ts': 'pass' }, ['a.test.ts'])
    const merged = mergeBlobs([...jobs.slice(0, 3), other])
    expect(messages(merged)?.[0]).toContain('column 2.31 was 2 different sysroots (b1b1b1b1b1b1, c2c2c2c2c2c2)')
    expect(states(merged)).toEqual({ 'a.test.ts > works': 'pass incompatible', 'b.test.ts > works': 'pass unproven' })
  })
})

describe('a cell that two runs have', () => {
  it.each([
    ['pass', 'fail', 'fail'],
    ['skip', 'pass', 'pass'],
    ['pass', 'unproven', 'unproven'],
    ['none', 'pass', 'pass'],
  ] as const)('%s and %s is %s', (one, other, both) => {
    const leftOut = [{ suite: 'a.test.ts', column: '2.31' }]
    const blobs = [one, other].map((state) => blob({ 'a.test.ts': { host: state } }, { leftOut }))
    expect(states(mergeBlobs(blobs))['a.test.ts > works']).toBe(`${both} skip`)
  })
})

it('a test that its file leaves out of a column is skipped there, not missing', () => {
  const one = blob({ 'a.test.ts': { host: 'pass' }, 'b.test.ts': { host: 'pass', '2.31': 'pass' } })
  const merged = mergeBlobs([{ ...one, leftOut: [{ suite: 'a.test.ts', column: '2.31' }] }])
  expect(states(merged)).toEqual({ 'a.test.ts > works': 'pass skip', 'b.test.ts > works': 'pass pass' })
  expect(merged.grid.gaps).toEqual([])
  expect(states(mergeBlobs([one]))).toEqual({ 'a.test.ts > works': 'pass missing', 'b.test.ts > works': 'pass pass' })
})

it('a column that could not be had is skipped for its reason', () => {
  const gone = { ...old, glibc: null, digest: null, skip: "debian:bullseye can't be had" }
  const merged = mergeBlobs([blob({ 'a.test.ts': { host: 'pass' } }, { columns: [host, gone] })])
  expect(merged.grid.rows[0]?.cells['2.31']).toMatchObject({ state: 'skip', reason: "debian:bullseye can't be had" })
})

it('each host that differs is a column of its own', () => {
  const newer = { ...host, glibc: '2.39', digest: 'd3'.repeat(32) }
  const merged = mergeBlobs([
    blob({ 'a.test.ts': { host: 'fail' } }, { columns: [newer], planned: [{ name: 'host', spec: 'host' }] }),
    blob({ 'a.test.ts': { host: 'pass' } }, { columns: [host], planned: [{ name: 'host', spec: 'host' }] }),
  ])
  expect(merged.grid.columns.map(({ name }) => name)).toEqual(['host 2.36', 'host 2.39'])
  expect(states(merged)).toEqual({ 'a.test.ts > works': 'pass fail' })
  expect(merged.grid.gaps).toEqual([])
})

it('runners and projects stay apart where they have the same file', () => {
  const jest = blob(
    { 'a.test.ts': { host: 'fail', '2.31': 'pass' }, 'j.test.ts': { host: 'pass', '2.31': 'pass' } },
    { runner: 'jest' },
  )
  const vitest = blob({ 'a.test.ts': { host: 'pass', '2.31': 'pass' } })
  expect(states(mergeBlobs([vitest, jest]))).toEqual({
    'a.test.ts (jest) > works': 'fail pass',
    'a.test.ts (vitest) > works': 'pass pass',
    'j.test.ts > works': 'pass pass',
  })
  const other = { ...vitest, project: 'other' }
  expect(Object.keys(states(mergeBlobs([vitest, other])))).toEqual([
    'demo: a.test.ts > works',
    'other: a.test.ts > works',
  ])
})

it('each command has to have run in every column', () => {
  const command = (test: string, column: typeof host): RunBlob => ({
    ...blob({}, { runner: 'command', columns: [column] }),
    suites: [{ suite: '(command)', column: column.name, durationMs: 3, sha256: null }],
    rows: [{ suite: '(command)', test, cells: { [column.name]: cell('pass') } }],
  })
  const merged = mergeBlobs([command('./one', host), command('./one', old), command('./two', host)])
  expect(messages(merged)).toEqual(['command ./two: column 2.31 is missing: no run of it was merged'])
  expect(states(merged)).toEqual({ '(command) > ./one': 'pass pass', '(command) > ./two': 'pass missing' })
})

it('a run that was stopped or failed outside of its tests is no success', () => {
  const merged = mergeBlobs([
    blob({ 'a.test.ts': { host: 'pass', '2.31': 'pass' } }, { stopped: true, faults: ['unhandled rejection'] }),
  ])
  expect(merged.grid.gaps?.map(({ kind }) => kind)).toEqual(['stopped', 'fault'])
})

it('is judged by the strictest rules of all runs', () => {
  const lax = { incompatible: 'allow', unproven: 'warn' } as const
  expect(mergeBlobs([blob({}, { rules: lax })]).rules).toEqual(lax)
  expect(mergeBlobs([blob({}, { rules: lax }), jobs[0] as RunBlob]).rules).toEqual({
    incompatible: 'fail',
    unproven: 'warn',
  })
})

describe('runs that differ in what they ran', () => {
  const inColumn = (column: typeof host, more: Partial<RunBlob> = {}): RunBlob => ({
    ...blob({ 'a.test.ts': { [column.name]: 'pass' } }),
    columns: [column],
    ...more,
  })
  const [one, other] = ['1'.repeat(40), '2'.repeat(40)]

  it('in their commit are red, and the commits are named', () => {
    const merged = mergeBlobs([inColumn(host, { commit: one }), inColumn(old, { commit: other })])
    const message = `runs of 2 commits were merged: 111111111111 (vitest in host), 222222222222 (vitest in 2.31)`
    expect(merged.grid.gaps).toEqual([{ kind: 'commit', column: null, message }])
  })

  it.each([
    ['the same commit', { commit: one }, { commit: one }],
    ['one that nobody knows', { commit: one }, { commit: null }],
    ['another commit of another project', { commit: one }, { commit: other, project: 'other', planned: [old] }],
  ])('in nothing, such as %s, are whole', (_, first, second) => {
    const both = { planned: [host, old] }
    const blobs = [inColumn(host, { ...both, ...first }), inColumn(old, { ...both, ...second })]
    const commits = mergeBlobs(blobs).grid.gaps?.filter(({ kind }) => kind === 'commit')
    expect(commits).toEqual([])
  })

  it('in a test file are red, and the file is named', () => {
    const ran = (column: typeof host, sha256: string) => ({
      suites: [{ suite: 'a.test.ts', column: column.name, durationMs: 7, sha256 }],
    })
    const merged = mergeBlobs([inColumn(host, ran(host, 'a1')), inColumn(old, ran(old, 'b2'))])
    expect(messages(merged)).toEqual(['vitest: a.test.ts was 2 different files in the runs that were merged'])
    expect(mergeBlobs([inColumn(host, ran(host, 'a1')), inColumn(old, ran(old, 'a1'))]).grid.gaps).toEqual([])
  })

  it('in a filter miss the tests that it left out in one column alone', () => {
    const test = (column: typeof host, state: 'pass' | 'skip', filtered: boolean) =>
      inColumn(column, {
        rows: [
          { suite: 'a.test.ts', test: 'works', cells: { [column.name]: cell(state, { filtered, reason: 'by -t' }) } },
        ],
      })
    const cells = (...blobs: RunBlob[]) => states(mergeBlobs(blobs))['a.test.ts > works']
    expect(cells(test(host, 'pass', false), test(old, 'skip', true))).toBe('pass missing')
    expect(cells(test(host, 'pass', false), test(old, 'skip', false))).toBe('pass skip')
    expect(cells(test(host, 'skip', true), test(old, 'skip', true))).toBe('skip skip')
    expect(cells(test(host, 'pass', false), test(old, 'skip', true), test(old, 'pass', false))).toBe('pass pass')
  })
})
