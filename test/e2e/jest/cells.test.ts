import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { sysroot } from '../../core/reroute/sysroots.js'
import { cells, compile, type JestRun, project } from './project.js'

let programs: string
let libcs: Readonly<Record<'bullseye' | 'trixie', string>>
beforeAll(async () => {
  programs = await compile()
  const [bullseye, trixie] = await Promise.all([sysroot('debian:bullseye'), sysroot('debian:trixie')])
  libcs = { bullseye: bullseye.libc.path, trixie: trixie.libc.path }
})

const expected = {
  'apis.test.js > execFileSync': 'pass pass pass',
  'apis.test.js > spawnSync, with an exit code': 'pass pass pass',
  'apis.test.js > promisified execFile': 'pass pass pass',
  'apis.test.js > spawn, in a test that takes done': 'pass pass pass',
  'apis.test.js > a table, row 1': 'pass pass pass',
  'apis.test.js > a table, row 2': 'pass pass pass',
  'cells.test.js > a tick': 'pass pass pass',
  'cells.test.js > too new, and handled': 'incompatible incompatible pass',
  'cells.test.js > a static program, through a shell': 'unproven unproven unproven',
  'cells.test.js > starts nothing': 'none none none',
  'cells.test.js > fails': 'fail fail fail',
  'cells.test.js > skipped': 'skip skip skip',
  'cells.test.js > later': 'skip skip skip',
  'cells.test.js > environment > is clean': 'pass pass pass',
  'esm.test.mjs > module level': 'pass pass pass',
  'esm.test.mjs > a named import': 'pass pass pass',
  'esm.test.mjs > glibc 2.31, 2.41 > the block of a column': 'skip pass pass',
  'esm.test.mjs > glibc 2.31, 2.41 > and a concurrent test in it': 'skip pass pass',
}

describe.each([
  ['in band', ['-i']],
  ['in workers', ['-w', '2']],
])('CommonJS and ESM, %s', (_, args) => {
  let run: JestRun
  beforeAll(async () => {
    run = await project('spawn', programs).jest(args, { NODE_OPTIONS: '--experimental-vm-modules' })
  })

  test('each cell is what the test did', () => {
    expect(cells(run.grid)).toEqual(expected)
  })

  test('a tick rests on a record of the libc of its column', () => {
    const row = run.grid?.rows.find(({ test: name }) => name === 'a tick')
    const mapped = run.grid?.columns.map(({ name }) =>
      row?.cells[name]?.records.map(({ libc, proof }) => [libc, proof]),
    )
    expect(mapped).toEqual([
      [[[expect.stringMatching(/^\/(usr\/)?lib\//)], 'mapped']],
      [[[libcs.bullseye], 'mapped']],
      [[[libcs.trixie], 'mapped']],
    ])
  })

  test('totals count each column, and the grid comes after them', () => {
    expect(run.stderr).toContain('Test Suites: 3 failed, 6 passed, 9 total')
    expect(run.stderr).toContain('Tests:       3 failed, 4 skipped, 3 todo, 43 passed, 53 total')
    expect(run.stderr.indexOf('cells.test.js   ')).toBeGreaterThan(run.stderr.indexOf('Ran all test suites'))
    expect(run.stderr.trimEnd()).toMatch(/; 8 red \(`unproven: 'warn'` lets those without proof pass\)$/)
  })
})

test('a red cell fails the run though every test passed', async () => {
  const { exitCode, stderr } = await project('spawn', programs).jest(['cells', '-t', 'too new'])
  expect(stderr).toMatch(/Tests: .* 3 passed/)
  expect(stderr).not.toMatch(/Tests: .* failed/)
  expect(stderr).toContain('2 red')
  expect(exitCode).toBe(1)
})

test('incompatible: allow and unproven: warn move the line', async () => {
  const { directory, jest } = project('spawn', programs)
  const file = join(directory, 'glibc-matrix.config.json')
  const written = JSON.parse(readFileSync(file, 'utf8')) as object
  const config = (rules: object) => writeFileSync(file, JSON.stringify({ ...written, ...rules }))
  config({ incompatible: 'allow' })
  expect((await jest(['cells', '-t', 'too new'])).exitCode).toBe(0)
  expect((await jest(['cells', '-t', 'a static program, through a shell'])).exitCode).toBe(1)
  config({ unproven: 'warn' })
  expect((await jest(['cells', '-t', 'a static program, through a shell'])).exitCode).toBe(0)
})

test('--bail still ends in a grid', async () => {
  const { exitCode, stderr } = await project('spawn', programs).jest(['cells', '--bail', '-i'])
  expect(stderr).toMatch(/cells\.test\.js +│ ✗ fail +│ - skip +│ - skip/)
  expect(exitCode).toBe(1)
})
