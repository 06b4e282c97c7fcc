import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { cells, compile, type Project, project } from './project.js'

let programs: string
beforeAll(async () => {
  programs = await compile()
})

test('shards are balanced, and together are the whole', async () => {
  const runs = await Promise.all(
    ['1/2', '2/2'].map((shard) =>
      project('places', programs).jest([
        `--shard=${shard}`,
        '-i',
        '--testPathIgnorePatterns=broken|describe|own-globals',
      ]),
    ),
  )
  expect(runs.map(({ stderr }) => /Test Suites: .*?(\d+) total/.exec(stderr)?.[1])).toEqual(['10', '9'])
  const ran = runs.flatMap(({ grid }) =>
    (grid?.rows ?? []).flatMap(({ suite, cells }) =>
      Object.entries(cells).flatMap(([column, { reason }]) =>
        reason === 'not run in this column' ? [] : [`${suite} ${column}`],
      ),
    ),
  )
  expect(new Set(ran).size).toBe(19)
})

test('GLIBC_MATRIX_ONLY picks columns, also past a pragma that names another', async () => {
  const { grid } = await project('places', programs).jest(['pragma', 'only-old'], { GLIBC_MATRIX_ONLY: '2.31,host' })
  expect(grid?.columns.map(({ name }) => name)).toEqual(['host', '2.31'])
  expect(cells(grid)).toEqual({
    'pragma.test.js > runs on the newest': 'pass skip',
    'only-old.test.js > runs on the oldest': 'pass pass',
  })
})

test("columns: 'serial' runs one column after the other", async () => {
  const { directory, jest } = project('compose', programs)
  configure(directory, { columns: 'serial' })
  await jest(['-w', '2'])
  const notes = readFileSync(join(directory, 'notes.txt'), 'utf8').match(/(?<=file )\S+/g)
  expect(notes).toEqual(['host', 'host', 'glibc-2.31', 'glibc-2.31', 'glibc-2.41', 'glibc-2.41'])
})

test('--onlyFailures runs the files again that failed in any column', async () => {
  const { directory, jest } = project('places', programs)
  const column = "globalThis[Symbol.for('glibc-matrix.column')].name"
  writeFileSync(join(directory, 'in-old.test.js'), `test('fails in one', () => expect(${column}).not.toBe('2.31'))\n`)
  await jest(['-i', 'in-old', 'hooks', 'retry'])
  const { stderr } = await jest(['-i', '--onlyFailures', 'in-old', 'hooks', 'retry'])
  expect(stderr).toContain('Test Suites: 1 failed, 2 passed, 3 total')
})

test('--injectGlobals=false leaves describeGlibc what it needs', async () => {
  const { grid } = await project('places', programs).jest(['own-globals', '--injectGlobals=false'])
  expect(cells(grid)).toEqual({
    'own-globals.test.js > outside of a block': 'pass pass pass',
    'own-globals.test.js > glibc 2.31 > in a block': 'skip pass skip',
  })
})

describe('without the sysroots', () => {
  const empty = (directory: string) => ({
    GLIBC_MATRIX_HOME: join(directory, 'empty'),
    GLIBC_MATRIX_MIRROR: 'http://127.0.0.1:1',
  })

  test.each([['--listTests'], ['--showConfig'], ['--watchAll']])(
    '%s downloads nothing and says what does',
    async (flag) => {
      const { directory, jest } = project('spawn', programs)
      const { exitCode, stderr, stdout } = await jest([flag], empty(directory))
      expect(stderr + stdout).toMatch(/SYSROOT_MISSING.*bullseye.*\n.*glibc-matrix add/)
      expect(stderr).not.toContain('127.0.0.1')
      expect(stderr).not.toMatch(/^\s+at /m)
      expect(exitCode).toBe(1)
    },
  )

  test('a run that cannot download fails', async () => {
    const { directory, jest } = project('spawn', programs)
    const { exitCode, stderr, grid } = await jest([], empty(directory))
    expect(stderr).toContain('127.0.0.1')
    expect(grid).toBeNull()
    expect(exitCode).toBe(1)
  })

  test("onMissing: 'skip' shows the skip", async () => {
    const { directory, jest } = project('spawn', programs)
    configure(directory, { onMissing: 'skip' })
    const { exitCode, stderr, grid } = await jest(['apis'], empty(directory))
    expect(cells(grid)['apis.test.js > execFileSync']).toBe('pass skip skip')
    expect(grid?.rows[0]?.cells['2.31']?.reason).toContain('debian:bullseye')
    expect(stderr).toContain('Test Suites: 1 passed, 1 total')
    expect(exitCode).toBe(0)
  })
})

test('--listTests lists each file once', async () => {
  const { stdout } = await project('places', programs).jest(['--listTests'])
  expect(stdout.split('\n').filter((line) => line.endsWith('hooks.test.js'))).toHaveLength(1)
})

describe('what would bypass the matrix is refused', () => {
  test.each([
    ['--reporters=default', "Jest's reporters lack jest-environment-glibc/reporter"],
    ['--testSequencer=@jest/test-sequencer', "Jest's sequencer is "],
  ])('%s', async (flag, message) => {
    const { exitCode, stderr } = await project('spawn', programs).jest(['apis', flag])
    expect(stderr).toContain(message)
    expect(exitCode).toBe(1)
  })

  test('jest-jasmine2', async () => {
    const { directory, jest } = project('spawn', programs)
    mkdirSync(join(directory, 'jest-jasmine2'))
    writeFileSync(join(directory, 'jest-jasmine2/index.js'), 'module.exports = async () => ({ testResults: [] })\n')
    const { exitCode, stderr, grid } = await jest(['apis', '--testRunner=./jest-jasmine2/index.js'])
    expect(stderr).toContain('PLATFORM_UNSUPPORTED')
    expect(cells(grid)).toEqual({ 'apis.test.js > (file)': 'fail fail fail' })
    expect(exitCode).toBe(1)
  })

  test('--reporters that names ours too is fine', async () => {
    const { exitCode, stderr } = await project('spawn', programs).jest([
      'apis',
      '--reporters=default',
      '--reporters=jest-environment-glibc/reporter',
    ])
    expect(stderr).toContain('18 pass')
    expect(exitCode).toBe(0)
  })
})

describe('bad input fails the run with a code and no stack', () => {
  const bad: readonly (readonly [string, (project: Project) => void, string])[] = [
    ['a pragma', ({ directory }) => writeFileSync(join(directory, 'apis.test.js'), '// @glibc %%\n'), 'PRAGMA_INVALID'],
    [
      'a pragma of no column',
      ({ directory }) => writeFileSync(join(directory, 'apis.test.js'), '// @glibc 2.99\n'),
      'COLUMN_UNKNOWN',
    ],
    ['a config', ({ directory }) => configure(directory, { sysroot: {} }), 'CONFIG_INVALID'],
    ['a spec', ({ directory }) => configure(directory, { sysroots: { a: 'nothing:x' } }), 'SPEC_UNKNOWN'],
    [
      'two columns of one name',
      ({ directory }) => configure(directory, { sysroots: { host: 'debian:bullseye' } }),
      'COLUMN_DUPLICATE',
    ],
  ]
  test.each(bad)('%s', async (_, spoil, code) => {
    const spoiled = project('spawn', programs)
    spoil(spoiled)
    const { exitCode, stderr, stdout } = await spoiled.jest(['apis'])
    expect(stderr + stdout).toContain(code)
    expect(stderr).not.toMatch(/^\s+at /m)
    expect(exitCode).toBe(1)
  })
})

test.each([['-i'], ['-w=2']])('a run leaves neither its directory nor its hook behind (%s)', async (mode) => {
  const { directory, jest } = project('spawn', programs)
  const start = "globalThis.original = require('node:child_process').ChildProcess.prototype.spawn"
  const session = "require('node:fs').writeFileSync('session', process.env.GLIBC_MATRIX_SESSION)"
  const same = "globalThis.original === require('node:child_process').ChildProcess.prototype.spawn"
  writeFileSync(join(directory, 'start.js'), `module.exports = () => { ${start}; ${session} }\n`)
  writeFileSync(join(directory, 'end.js'), `module.exports = () => console.log('the same spawn:', ${same})\n`)
  const { stdout } = await jest([mode, 'apis', '--globalSetup=./start.js', '--globalTeardown=./end.js'])
  expect(stdout).toContain('the same spawn: true')
  expect(existsSync(readFileSync(join(directory, 'session'), 'utf8'))).toBe(false)
})

function configure(directory: string, options: object): void {
  const file = join(directory, 'glibc-matrix.config.json')
  writeFileSync(file, JSON.stringify({ ...(JSON.parse(readFileSync(file, 'utf8')) as object), ...options }))
}
