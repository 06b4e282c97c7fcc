import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { cells, compile, project } from './project.js'

let programs: string
beforeAll(async () => {
  programs = await compile()
})

test.each([['-i'], ['-w=2']])(
  "the user's environment, sequencer, reporter and global setup stay, and each runs as often as before (%s)",
  async (mode) => {
    const { directory, jest } = project('compose', programs)
    const { exitCode, grid, stderr } = await jest([mode])
    expect(stderr).toContain('Tests:       6 passed, 6 total')
    expect(cells(grid)).toEqual({
      'a.test.js > the environment is the user’s, and hooked': 'pass pass pass',
      'b.test.js > a setup file starts a program': 'pass pass pass',
    })
    const notes = readFileSync(join(directory, 'notes.txt'), 'utf8').trimEnd().split('\n')
    expect(notes.slice(0, 2)).toEqual(['sort 2', 'setup'])
    expect(notes.at(-1)).toBe('teardown')
    expect(notes.slice(2, -1).sort()).toEqual(
      ['glibc-2.31', 'glibc-2.41', 'host'].flatMap((name) => [`file ${name} a.test.js`, `file ${name} b.test.js`]),
    )
    expect(exitCode).toBe(0)
  },
)

test.each([
  ['emitting', ['emitting runner 2', 'emitting runner 4']],
  ['callback', ['callback runner 2, serial true', 'callback runner 4, serial true']],
])("the user's runner runs the host first and then the others: %s", async (kind, expected) => {
  const { directory, jest } = project('compose', programs)
  const { stderr, exitCode } = await jest(['-w=2'], { RUNNER: `./${kind}-runner.js` })
  expect(stderr).toContain('Tests:       6 passed, 6 total')
  expect(readFileSync(join(directory, 'notes.txt'), 'utf8').match(/.* runner .*/g)).toEqual(expected)
  expect(exitCode).toBe(0)
})

test.each([['babel'], ['v8']])('coverage by %s is one report, merged over the columns', async (provider) => {
  const { directory, jest } = project('compose', programs)
  await jest(['--coverage', '--coverageProvider', provider])
  const report = JSON.parse(readFileSync(join(directory, 'coverage/coverage-final.json'), 'utf8')) as Coverage
  expect(Object.keys(report)).toEqual([join(directory, 'lib/double.js')])
  const counts = Object.values(report).flatMap(({ f }) => Object.values(f))
  expect([Math.max(...counts), Math.min(...counts)]).toEqual([3, 0])
})

interface Coverage {
  readonly [file: string]: { readonly f: Readonly<Record<string, number>> }
}

test('projects compose, whether paths or objects', async () => {
  const { grid, stderr, exitCode } = await project('projects', programs).jest()
  expect(cells(grid)).toEqual({
    'inline/two.test.js > in an inline project': 'pass pass pass',
    'paths/one.test.js > in a project that is a path': 'pass pass pass',
  })
  expect(stderr).toMatch(/PASS paths glibc-2\.31 /)
  expect(exitCode).toBe(0)
  const one = await project('projects', programs).jest(['--selectProjects', 'inline'])
  expect(Object.keys(cells(one.grid))).toEqual(['inline/two.test.js > in an inline project'])
})

test("without withGlibcMatrix, testEnvironment 'glibc' and the reporter run one column", async () => {
  const { jest } = project('single', programs)
  const name = 'one.test.js > a native program'
  expect(cells((await jest()).grid)).toEqual({ [name]: 'pass skip skip' })
  expect(cells((await jest([], { COLUMN: '2.41' })).grid)).toEqual({ [name]: 'skip skip pass' })
  const only = await jest([], { GLIBC_MATRIX_ONLY: '2.31' })
  expect(only.grid?.columns.map(({ name }) => name)).toEqual(['host', '2.31'])
  expect(cells(only.grid)).toEqual({ [name]: 'skip pass' })
})

test('an environment made by withGlibc is hooked once, with the matrix and without', async () => {
  const { directory, jest } = project('single', programs)
  writeFileSync(join(directory, 'own.test.js'), "test('own', () => expect(own).toBe(true))\n")
  const alone = await jest([], { ENVIRONMENT: './own-environment.js', COLUMN: '2.41' })
  expect(cells(alone.grid)).toEqual({
    'one.test.js > a native program': 'skip skip pass',
    'own.test.js > own': 'skip skip none',
  })
  const config = "require('jest-environment-glibc/config').withGlibcMatrix({ testEnvironment: './own-environment.js' })"
  writeFileSync(join(directory, 'jest.config.js'), `module.exports = ${config}\n`)
  const matrix = await jest()
  expect(cells(matrix.grid)).toEqual({
    'one.test.js > a native program': 'pass pass pass',
    'own.test.js > own': 'none none none',
  })
  expect(matrix.grid?.rows[0]?.cells['2.41']?.records).toHaveLength(1)
})

test.each([
  ['a column that there is none of', { COLUMN: '2.99' }, "testEnvironmentOptions.glibc: '2.99' is no column"],
  ['no reporter', { WITHOUT_REPORTER: '1' }, 'nothing prepared its columns'],
])('a single column fails with %s', async (_, env, message) => {
  const { exitCode, stderr } = await project('single', programs).jest([], env)
  expect(stderr).toContain(message)
  expect(exitCode).toBe(1)
})
