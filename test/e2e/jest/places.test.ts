import { beforeAll, describe, expect, test } from 'vitest'
import { cells, compile, type JestRun, project } from './project.js'

let programs: string
beforeAll(async () => {
  programs = await compile()
})

describe.each([
  ['in band', ['-i']],
  ['in workers', ['-w', '2']],
])('whose cell a program counts for, %s', (_, args) => {
  let run: JestRun
  let states: Record<string, string>
  beforeAll(async () => {
    run = await project('places', programs).jest(args)
    states = cells(run.grid)
  })

  test('concurrent tests are told apart', () => {
    expect(states).toMatchObject({
      'concurrent.test.js > good': 'pass pass pass',
      'concurrent.test.js > too new': 'incompatible incompatible pass',
      'concurrent.test.js > nothing': 'none none none',
    })
  })

  test('beforeEach counts for its test, beforeAll for the whole file', () => {
    expect(states).toMatchObject({
      'hooks.test.js > with beforeEach > counts for the test': 'pass pass pass',
      'hooks.test.js > not for another': 'none none none',
      'hooks.test.js > after a skipped test > skipped': 'skip skip skip',
      'hooks.test.js > after a skipped test > nothing': 'none none none',
      'before-all.test.js > one': 'incompatible incompatible pass',
      'before-all.test.js > two': 'incompatible incompatible pass',
    })
  })

  test('a test that is tried again keeps its records', () => {
    expect(states['retry.test.js > passes when tried again']).toBe('pass pass pass')
    const records = run.grid?.rows.find(({ suite }) => suite === 'retry.test.js')?.cells['2.31']?.records
    expect(records).toHaveLength(2)
  })

  test('the pragma, which wins over the config, and the config choose columns', () => {
    expect(states).toMatchObject({
      'pragma.test.js > runs on the newest': 'pass skip pass',
      'only-old.test.js > runs on the oldest': 'pass pass skip',
    })
  })

  test('describeGlibc registers a block in its columns alone, without a row for the test that stands for it', () => {
    const rows = Object.entries(states).filter(([name]) => name.startsWith('describe.'))
    expect(Object.fromEntries(rows)).toEqual({
      'describe.test.js > glibc <2.36 > old': 'skip pass skip',
      'describe.test.js > glibc 2.41 > new': 'skip skip pass',
    })
  })

  test('a docblock that takes the environment away proves nothing', () => {
    expect(states['other-environment.test.js > runs on the host alone']).toBe('unproven unproven unproven')
    expect(run.stderr).toContain('the hook never reported from this file')
  })

  test('a file that breaks, and a beforeAll that does, fail', () => {
    expect(states).toMatchObject({
      'broken.test.js > (file)': 'fail fail fail',
      'broken-before-all.test.js > never runs': 'fail fail fail',
    })
    expect(run.exitCode).toBe(1)
  })
})
