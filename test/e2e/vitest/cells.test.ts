import { beforeAll, describe, expect, it } from 'vitest'
import type { Grid } from '../../../packages/core/src/report/grid.js'
import { cells, compile, type Project, project, type VitestRun } from './project.js'

// Columns: host, 2.31, 2.41. The programs: print-libc runs everywhere, uses-strlcpy needs GLIBC_2.38.
let suite: Project
let run: VitestRun

beforeAll(async () => {
  suite = project('suite', await compile())
  run = await suite.vitest(['run'])
})

describe('the grid of a suite', () => {
  it('has a pass for every API, what a shell starts included', () => {
    expect(cellsOf('test/apis.test.mjs')).toEqual({
      spawn: 'pass pass pass',
      spawnSync: 'pass pass pass',
      'execFile, promisified': 'pass pass pass',
      execFileSync: 'pass pass pass',
      'a Node child that starts it': 'pass pass pass',
      exec: 'pass pass pass',
      execSync: 'pass pass pass',
    })
  })

  it('has the runner’s own states, and red for a program that is too new though its test passes', () => {
    const tooNew = hostHas(2.38) ? 'pass incompatible pass' : 'incompatible incompatible pass'
    expect(cellsOf('test/cells.test.mjs')).toEqual({
      'starts nothing': 'none none none',
      skipped: 'skip skip skip',
      'to do': 'skip skip skip',
      'skipped at run time': 'skip skip skip',
      'fails in 2.41': 'pass pass fail',
      'is expected to fail': 'pass pass pass',
      'expects the failure of a program that is too new': tooNew,
      'a name > with the separator': 'pass pass pass',
      'a suite > inside > of it': 'pass pass pass',
      'passes at its second try': 'pass pass pass',
      'sees no variable of ours': 'none none none',
    })
  })

  it('gives reasons for skips and failures', () => {
    const reasons = Object.fromEntries(
      rowsOf('test/cells.test.mjs').map(({ test, cells }) => [test, cells['2.41']?.reason]),
    )
    expect(reasons).toMatchObject({
      skipped: 'skipped',
      'to do': 'todo',
      'skipped at run time': 'no reason',
      'fails in 2.41': "expected '2.41' not to be '2.41' // Object.is equality",
    })
  })

  it('keeps the records of every try', () => {
    const row = rowsOf('test/cells.test.mjs').find(({ test }) => test === 'passes at its second try')
    expect(row?.cells['2.31']?.records).toHaveLength(2)
  })

  it('has a row for a file that failed outside of its tests', () => {
    expect(cellsOf('test/broken-before-all.test.mjs')).toEqual({
      'broken > never ran': 'fail fail fail',
      'broken > would not have run anyway': 'skip skip skip',
      'beside it': 'none none none',
    })
    expect(cellsOf('test/broken-after-all.test.mjs')).toEqual({ passes: 'none none none', '(file)': 'fail fail fail' })
    expect(cellsOf('test/broken-import.test.mjs')).toEqual({ '(file)': 'fail fail fail' })
    const reason = (name: string) => rowsOf(`test/${name}.test.mjs`).map(({ cells }) => cells.host?.reason)
    expect(reason('broken-before-all')).toContain('beforeAll is broken')
    expect(reason('broken-after-all')).toContain('afterAll is broken')
    expect(reason('broken-import')[0]).toMatch(/there-is-no-such-module/)
  })

  it('is hooked where a comment of the file chooses another environment', () => {
    expect(cellsOf('test/node-environment.test.mjs')).toEqual({ 'is hooked all the same': 'pass pass pass' })
  })

  it('is printed after Vitest’s own summary and fails the run', () => {
    expect(run.exitCode).toBe(1)
    expect(run.stdout).toMatch(/Test Files .*┌─.*glibc-matrix: .* red\n?$/s)
  })
})

describe('what belongs to which test', () => {
  it('is told apart among concurrent tests', () => {
    expect(argumentsOf('concurrent > first')).toEqual(['first', 'first'])
    expect(argumentsOf('concurrent > second')).toEqual(['second', 'second'])
    expect(cellsOf('test/attribution.test.mjs')['concurrent > nothing']).toBe('none none none')
  })

  it('includes what the hooks around it start', () => {
    expect(argumentsOf('hooks of each test > one')).toEqual(['after one', 'before one'])
    expect(argumentsOf('hooks of each test > two')).toEqual(['after two', 'before two'])
    expect(argumentsOf('async hooks of each test > three')).toEqual(['before three'])
  })

  it('is every test of the file for a program of beforeAll or of module level', () => {
    expect(cellsOf('test/before-all.test.mjs')).toEqual({
      'a suite > one': 'pass pass pass',
      'a suite > two': 'pass pass pass',
    })
    const tooNew = hostHas(2.38) ? 'pass incompatible pass' : 'incompatible incompatible pass'
    expect(cellsOf('test/module-level.test.mjs')).toEqual({ 'starts nothing itself': tooNew })
  })
})

describe('a file’s own columns', () => {
  it('come from its pragma or from the config’s globs', () => {
    expect(cellsOf('test/pragma.test.mjs')).toEqual({ 'runs in the host and 2.41': 'pass skip pass' })
    expect(cellsOf('test/old only (by glob).test.mjs')).toEqual({ 'runs in the host and 2.31': 'pass pass skip' })
  })

  it('come from describeGlibc, block by block', () => {
    const host = (has: boolean, rest: string) => `${has ? 'pass' : 'skip'} ${rest}`
    expect(cellsOf('test/describe.test.mjs')).toEqual({
      'glibc 2.31, 2.41 > knows its glibc': host(hostIs('2.31') || hostIs('2.41'), 'pass pass'),
      'glibc >=2.40 > knows its glibc': host(hostHas(2.4), 'skip pass'),
      'glibc host > knows its name': 'none skip skip',
    })
  })
})

describe('every pool', () => {
  it.each([
    '--pool=threads',
    '--pool=vmForks',
    '--pool=vmThreads',
    '--pool=forks --no-isolate',
    '--pool=threads --no-isolate',
  ])('%s gives the same grid', async (pool) => {
    const files = ['apis', 'attribution', 'cells', 'describe', 'node-environment'].map(
      (name) => `test/${name}.test.mjs`,
    )
    const other = await suite.vitest(['run', ...pool.split(' '), ...files])
    const expected = Object.entries(cells(run.grid)).filter(([key]) => files.some((file) => key.startsWith(file)))
    expect(cells(other.grid)).toEqual(Object.fromEntries(expected))
    expect(other.exitCode).toBe(1)
  })
})

function rowsOf(file: string): Grid['rows'] {
  return (run.grid?.rows ?? []).filter(({ suite }) => suite === file)
}

function cellsOf(file: string): Record<string, string> {
  const all = Object.entries(cells(run.grid)).filter(([key]) => key.startsWith(`${file} > `))
  return Object.fromEntries(all.map(([key, states]) => [key.slice(file.length + 3), states]))
}

/** What tells the programs of a test apart, from the records of the column 2.31. */
function argumentsOf(test: string): (string | undefined)[] {
  const row = rowsOf('test/attribution.test.mjs').find((row) => row.test === test)
  return (row?.cells['2.31']?.records ?? []).map(({ command }) => command.at(-1)).sort()
}

function hostHas(version: number): boolean {
  const [major, minor] = (run.grid?.columns[0]?.glibc ?? '0.0').split('.').map(Number)
  return Number(major) > 2 || Number(minor) >= Math.round((version % 1) * 100)
}

function hostIs(version: string): boolean {
  return run.grid?.columns[0]?.glibc === version
}
