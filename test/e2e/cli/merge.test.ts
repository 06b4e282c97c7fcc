import { cpSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Grid } from '../../../packages/core/src/report/grid.js'
import { comparable, type FanOut, fanOut } from './fan-out.js'

// One job for each column, as CI has them, beside one run of everything on this machine.
let project: FanOut
const blobs = (name: string) => join(project.directory, name)

beforeAll(async () => {
  project = await fanOut({ '2.31': 'debian:bullseye', '2.41': 'debian:trixie' })
  await project.vitest([], { GRID_FILE: 'whole.json', GLIBC_MATRIX_BLOB: 'whole' })
  for (const only of ['host', '2.31 !host', '2.41 !host']) {
    const reports = ['--reporter=blob', `--outputFile=reports/${only.slice(0, 4)}.json`]
    await project.vitest(reports, { GLIBC_MATRIX_ONLY: only, GLIBC_MATRIX_BLOB: `jobs/${only.slice(0, 4)}` })
  }
})

describe('blobs of Vitest', () => {
  it('of one job a column are the grid of one machine', async () => {
    const { exitCode, stdout } = await project.glibcMatrix(['merge', 'jobs', '--out', 'merged.json'])
    const merged = project.json<Grid>('merged.json')
    expect(merged.gaps).toEqual([])
    expect(comparable(merged)).toEqual(comparable(project.json<Grid>('whole.json')))
    expect(stdout).toMatch(/glibc-matrix: 6 pass, 3 fail, 2 incompatible, 3 none, 1 skip; 5 red$/)
    expect(exitCode).toBe(1)
  })

  it('say the same whichever way they are found', async () => {
    const outputs = await Promise.all(
      [['jobs'], ['jobs/2.41', 'jobs/host', 'jobs/2.31'], ['jobs/2.31', 'jobs/2.41', 'jobs/host', 'jobs']].map(
        (words) => project.glibcMatrix(['merge', '--json', ...words]),
      ),
    )
    expect(JSON.parse(outputs[0]?.stdout ?? '')).toMatchObject({ format: 1, gaps: [] })
    expect(new Set(outputs.map(({ stdout }) => stdout)).size).toBe(1)
  })

  it('without one job are red, and tell which', async () => {
    const { exitCode, stdout } = await project.glibcMatrix(['merge', 'jobs/host', 'jobs/2.41', '--out', 'less.json'])
    expect(stdout).toContain('vitest: column 2.31 is missing: no run of it was merged')
    const cells = project.json<Grid>('less.json').rows.map(({ cells }) => cells['2.31']?.state)
    expect(new Set(cells)).toEqual(new Set(['missing']))
    expect(exitCode).toBe(1)
  })

  it('keep what a failed program said', () => {
    const { rows } = project.json<Grid>('whole.json')
    const cell = rows.find(({ suite }) => suite === 'vitest/fails.test.mjs')?.cells['2.31']
    expect(cell).toMatchObject({ state: 'fail', output: 'broken on purpose' })
  })

  it('stand beside those of its own, which merge as always', async () => {
    const { stdout, exitCode } = await project.vitest(['--merge-reports=reports'])
    expect(stdout).toMatch(/Test Files .*\(11\)/)
    expect(stdout).toContain('glibc-matrix: no grid, as reports were merged')
    expect(exitCode).toBe(1)
  })
})

it('Vitest, Jest and plain commands are one grid', async () => {
  const env = { GLIBC_MATRIX_BLOB: 'mixed' }
  cpSync(blobs('whole'), blobs('mixed'), { recursive: true })
  const jest = await project.jest(['print-libc', 'only-newer'], env)
  expect(jest.exitCode, jest.stderr).toBe(0)
  const command = await project.glibcMatrix(['run', '--', join(project.programs, 'print-libc'), '0', "it's"], env)
  expect(command.exitCode).toBe(0)
  expect(readdirSync(blobs('mixed'))).toHaveLength(3)
  await project.glibcMatrix(['merge', 'mixed', '--out', 'mixed.json'])
  const { rows, gaps } = project.json<Grid>('mixed.json')
  expect(gaps).toEqual([])
  const states = rows.map(({ suite, test, cells }) => [suite, test, ...Object.values(cells).map(({ state }) => state)])
  expect(states).toContainEqual(['(command)', `${project.programs}/print-libc 0 'it'\\''s'`, 'pass', 'pass', 'pass'])
  expect(states).toContainEqual(['jest/only-newer.test.cjs', 'is left out of old columns', 'pass', 'skip', 'pass'])
  expect(states).toContainEqual(['vitest/print-libc.test.mjs', 'runs everywhere', 'pass', 'pass', 'pass'])
})

describe('a job that a filter narrowed', () => {
  it.each([
    ['vitest', 'vitest/print-libc.test.mjs'],
    ['jest', 'jest/print-libc.test.cjs'],
  ] as const)('of %s leaves tests missing that another job ran', async (runner, suite) => {
    const blob = `filtered-${runner}`
    for (const only of ['host', '2.41 !host'])
      await project[runner](['print-libc', ...(only === 'host' ? [] : ['-t', 'no such test'])], {
        ...{ GLIBC_MATRIX_ONLY: only, GLIBC_MATRIX_BLOB: blob },
      })
    const { stdout, exitCode } = await project.glibcMatrix(['merge', blob, '--out', `${blob}.json`])
    const row = project.json<Grid>(`${blob}.json`).rows.find((one) => one.suite === suite)
    expect(row?.cells).toMatchObject({
      host: { state: 'pass' },
      '2.41': { state: 'missing', reason: expect.stringContaining('left out by -t no such test') },
    })
    expect(stdout).not.toContain('different files')
    expect(exitCode).toBe(1)
  })
})

it('a blob that an older commit left is not merged unseen', async () => {
  for (const [only, commit] of [
    ['host', 'a'],
    ['2.41 !host', 'b'],
  ] as const)
    await project.vitest(['print-libc'], {
      ...{ GLIBC_MATRIX_ONLY: only, GLIBC_MATRIX_BLOB: 'commits', GITHUB_SHA: commit.repeat(40) },
    })
  const { stdout, exitCode } = await project.glibcMatrix(['merge', 'commits'])
  expect(stdout).toContain(
    'runs of 2 commits were merged: aaaaaaaaaaaa (vitest in host), bbbbbbbbbbbb (vitest in 2.41)',
  )
  expect(exitCode).toBe(1)
})

describe('Jest', () => {
  it('cuts shards by timings, and each file is in one of them', async () => {
    const suites = { 'jest/print-libc.test.cjs': 10, 'jest/only-newer.test.cjs': 8, 'jest/fails.test.cjs': 1 }
    writeFileSync(blobs('timings.json'), JSON.stringify({ format: 1, suites }))
    const env = { GLIBC_MATRIX_ONLY: '2.41 !host', GLIBC_MATRIX_BLOB: 'shards', GLIBC_MATRIX_TIMINGS: 'timings.json' }
    const outputs = [await project.jest(['--shard=1/2'], env), await project.jest(['--shard=2/2'], env)]
    const files = outputs.map(({ stderr }) => stderr.match(/jest\/[\w-]+(?=\.test\.cjs$)/gm))
    expect(files[0]).toEqual(['jest/print-libc'])
    const { stdout } = await project.glibcMatrix(['merge', 'shards'])
    expect(stdout).toContain('jest: column 2.31 is missing')
    expect(stdout).not.toMatch(/column 2.41 is missing|shard|did not run/)
  })
})

describe('a merge that can not be', () => {
  it('of damaged, newer or no blobs is an error that names the file', async () => {
    rmSync(blobs('bad'), { recursive: true, force: true })
    cpSync(blobs('whole'), blobs('bad'), { recursive: true })
    writeFileSync(join(blobs('bad'), 'half.json'), '{"type": "glibc-matrix-blob", "form')
    const half = await project.glibcMatrix(['merge', 'bad'])
    expect(half.stderr).toMatch(/BLOB_DAMAGED: bad\/half\.json can't be merged/)
    writeFileSync(join(blobs('bad'), 'half.json'), '{"type": "glibc-matrix-blob", "format": 9}')
    const newer = await project.glibcMatrix(['merge', 'bad'])
    expect(newer.stderr).toMatch(/FORMAT_TOO_NEW: bad\/half\.json has format 9/)
    const none = await project.glibcMatrix(['merge', 'vitest'])
    expect(none.stderr).toMatch(/BLOB_NOT_FOUND/)
    expect([half, newer, none].map(({ exitCode }) => exitCode)).toEqual([1, 1, 1])
  })
})
