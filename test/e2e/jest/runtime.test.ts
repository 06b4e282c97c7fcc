import { join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { cells, compile, type Project, project } from './project.js'

// Files of `runtime: 'node'` beside one of the host's; columns host, 2.31, 2.41.
let fixture: Project
let programs: string

beforeAll(async () => {
  programs = await compile()
  fixture = project('runtime', programs)
})

const all = {
  "by-glob.test.js > runs on the column's libc": 'pass pass pass',
  "by-pragma.test.js > runs on the column's libc": 'pass pass pass',
  'by-pragma.test.js > starts Node there too': 'pass pass pass',
  'by-pragma.test.js > starts a program there too': 'pass pass pass',
  'crash.test.js > ends the worker': 'pass pass skip',
  'namespace.test.js > starts a program by its own path, which shows a copy': 'pass pass pass',
  "host.test.js > runs on the host's libc": 'none none none',
  'host.test.js > starts a program in the column': 'pass pass pass',
}

it.each([
  ['in band', ['-i'], {}],
  ['in workers', ['-w', '2'], {}],
  ['with threads for the others', ['-w', '2'], { FIXTURE_THREADS: '1' }],
])('a file chooses whose libc its own Node runs on, %s', async (_, args, env) => {
  const { grid, exitCode, stderr } = await fixture.jest(args, env)
  expect(cells(grid)).toEqual(all)
  expect(stderr).toContain('Test Suites: 14 passed, 14 total')
  expect(exitCode).toBe(0)
})

it('workers are in one mount namespace each, beside those whose Node is in the column', async () => {
  const { grid, exitCode } = await fixture.jest(['-w', '2'], { FIXTURE_NAMESPACES: 'worker' })
  expect(cells(grid)).toEqual(all)
  const row = grid?.rows.find(({ suite }) => suite === 'namespace.test.js')
  expect(row?.cells['2.31']?.records.map(({ strategy }) => strategy)).toEqual(['namespace', 'namespace'])
  expect(exitCode).toBe(0)
})

it('of a worker that dies the signal is told', async () => {
  const { grid, exitCode } = await fixture.jest(['-w', '2', 'crash', 'by-glob'], { FIXTURE_CRASH: 'SIGSEGV' })
  expect(cells(grid)).toEqual({
    "by-glob.test.js > runs on the column's libc": 'pass pass pass',
    'crash.test.js > (file)': 'fail fail skip',
  })
  expect(grid?.rows.find(({ suite }) => suite === 'crash.test.js')?.cells['2.31']?.reason).toContain('SIGSEGV')
  expect(exitCode).toBe(1)
})

it('a Node that needs more than a column has is told before it starts', async () => {
  const env = { FIXTURE_NODE: join(programs, 'uses-strlcpy'), GLIBC_MATRIX_ONLY: '2.31' }
  const { grid, exitCode, stderr } = await fixture.jest(['by-glob'], env)
  expect(grid?.rows.map(({ cells }) => cells['2.31'])).toMatchObject([
    { state: 'incompatible', reason: expect.stringContaining('GLIBC_2.38') },
  ])
  expect(stderr).toContain("the Node of this suite can't run on the libc of column 2.31")
  expect(exitCode).toBe(1)
})
