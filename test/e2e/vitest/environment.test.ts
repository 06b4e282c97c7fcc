import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Grid } from '../../../packages/core/src/report/grid.js'
import { cells, compile, type Project, project } from './project.js'

// `environment: 'glibc'` and our reporter in an ordinary config; columns host, 2.31, 2.41.
let fixture: Project

beforeAll(async () => {
  fixture = project('environment', await compile())
})

describe.each(['forks', 'threads', 'vmForks', 'vmThreads'])('environment glibc in %s', (pool) => {
  it.each([
    ['the host by default', {}, 'pass skip skip'],
    ['the column of environmentOptions', { COLUMN: '2.41' }, 'skip skip pass'],
  ])('runs in %s', async (_, env, states) => {
    const { exitCode } = await fixture.vitest(['run', '--pool', pool], env)
    expect(cells(readGrid())).toEqual({ 'spawn.test.mjs > runs a program': states })
    expect(exitCode).toBe(0)
  })
})

it.each(['forks', 'threads'])('hooks every file of a worker that is reused, in %s', async (pool) => {
  const second = "import { it } from 'vitest'\nit('starts nothing', () => {})\n"
  writeFileSync(join(fixture.directory, 'second.test.mjs'), second)
  await fixture.vitest(['run', '--pool', pool, '--no-isolate'], { COLUMN: '2.31' })
  rmSync(join(fixture.directory, 'second.test.mjs'))
  expect(cells(readGrid())).toEqual({
    'second.test.mjs > starts nothing': 'skip none skip',
    'spawn.test.mjs > runs a program': 'skip pass skip',
  })
})

it('runs in the column of GLIBC_MATRIX_ONLY', async () => {
  await fixture.vitest(['run'], { GLIBC_MATRIX_ONLY: '2.31' })
  expect(cells(readGrid())).toEqual({ 'spawn.test.mjs > runs a program': 'skip pass' })
})

it('refuses a column that there is not', async () => {
  const { exitCode, stderr } = await fixture.vitest(['run'], { COLUMN: '2.99' })
  expect(stderr).toContain("environmentOptions.glibc is '2.99', the columns are host, 2.31, 2.41")
  expect(exitCode).toBe(1)
})

it.each(['forks', 'vmThreads'])('fails where nothing brings a matrix, in %s', async (pool) => {
  writeFileSync(join(fixture.directory, 'empty.test.mjs'), "import { it } from 'vitest'\nit('passes', () => {})\n")
  const { exitCode, stderr } = await fixture.vitest(['run', '--pool', pool, 'empty'], { WITHOUT_REPORTER: '1' })
  expect(stderr).toContain("the environment 'glibc' is used outside of a glibc matrix")
  expect(exitCode).toBe(1)
})

function readGrid(): Grid {
  return JSON.parse(readFileSync(join(fixture.directory, 'grid.json'), 'utf8')) as Grid
}
