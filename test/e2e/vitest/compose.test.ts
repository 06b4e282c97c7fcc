import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { cells, compile, type Project, project, type VitestRun } from './project.js'

// The config: two inline projects and one by a glob, global setups, a setup file, a reporter; columns host and 2.31, serial.
let fixture: Project
let run: VitestRun

beforeAll(async () => {
  fixture = project('projects', await compile())
  run = await fixture.vitest(['run', '--coverage.enabled=false'], { SETUP_LOG: logFile() })
})

it('runs each of the user’s projects in each column', () => {
  expect(run).toMatchObject({ exitCode: 0 })
  expect(cells(run.grid)).toEqual({
    'integration/spawn.test.ts > runs a program': 'pass pass',
    'packages/inner/spawn.check.ts > runs a program in the host alone': 'pass skip',
    'unit/provided.test.ts > gets what global setups and the config provide': 'pass pass',
  })
})

it('gives a project’s name a column’s', async () => {
  const { stdout } = await fixture.vitest(['list'], { SETUP_LOG: logFile() })
  expect([...stdout.matchAll(/^\[(.*)\]/gm)].map(([, name]) => name)).toEqual([
    'unit · glibc-host',
    'unit · glibc-2.31',
    'integration · glibc-host',
    'integration · glibc-2.31',
    'inner · glibc-host',
  ])
})

it('runs global setups once, and what they provide reaches every column', () => {
  expect(readFileSync(logFile(), 'utf8').trim().split('\n').slice(0, 3)).toEqual([
    'global setup',
    'unit setup',
    'global teardown',
  ])
})

it('sees what a user’s setup file starts', () => {
  const row = run.grid?.rows.find(({ suite }) => suite === 'unit/provided.test.ts')
  expect(row?.cells['2.31']?.records.map(({ command }) => command.at(-1))).toEqual(['from setup.ts'])
})

it('keeps the user’s reporters and prints the grid after them', () => {
  expect(run.stdout).toMatch(/Test Files .*counted 5 files\n.*┌─.*glibc-matrix: 5 pass, 1 skip\n?$/s)
})

it('narrows to a project of one column', async () => {
  const { grid, exitCode } = await fixture.vitest(['run', '--project', 'integration · glibc-2.31'], {
    SETUP_LOG: logFile(),
  })
  expect(cells(grid)).toEqual({ 'integration/spawn.test.ts > runs a program': 'skip pass' })
  expect(exitCode).toBe(0)
})

it('narrows to the columns of GLIBC_MATRIX_ONLY', async () => {
  const { grid } = await fixture.vitest(['run'], { SETUP_LOG: logFile(), GLIBC_MATRIX_ONLY: 'host' })
  expect(grid?.columns.map(({ name }) => name)).toEqual(['host'])
})

function logFile(): string {
  return join(fixture.directory, 'setup.log')
}
