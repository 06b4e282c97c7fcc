import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { dirSync } from 'tmp'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Grid } from '../../packages/core/src/report/grid.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const directory = realpathSync(dirSync({ unsafeCleanup: true, prefix: 'glibc-matrix-runners-' }).name)
const bin = join(root, 'packages/cli/dist/bin.js')
const libc = 'process.report.getReport().header.glibcVersionRuntime'

/** The same test for each runner: it passes where Node, and a Node that it starts, have the glibc that is expected. */
const body = `require('fs').appendFileSync('seen', ${libc} + ' ' + require('child_process').execFileSync(process.execPath, ['-p', '${libc}']))`
const files = {
  'node.test.cjs': `require('node:test')('libc', () => { ${body} })`,
  'mocha.cjs': `it('libc', () => { ${body} })`,
  'ava.test.js': `import { createRequire } from 'node:module'
import test from 'ava'
const require = createRequire(import.meta.url)
test('libc', (t) => { ${body}; t.pass() })`,
  'fails.test.cjs': `require('node:test')('fails', () => { throw new Error('on purpose') })`,
}

beforeAll(() => {
  writeFileSync(join(directory, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
  const config = { sysroots: { '2.31': 'debian:bullseye', '2.41': 'debian:trixie' }, outputFile: 'grid.json' }
  writeFileSync(join(directory, 'glibc-matrix.config.json'), JSON.stringify(config))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text)
  const flags = ['--no-audit', '--no-fund', '--ignore-scripts']
  execFileSync('npm', ['install', ...flags, 'mocha@11', 'ava@6'], {
    cwd: directory,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  mkdirSync(join(directory, 'node_modules/@glibc-matrix'))
  symlinkSync(join(root, 'packages/core'), join(directory, 'node_modules/@glibc-matrix/core'))
})

function start(args: readonly string[]) {
  writeFileSync(join(directory, 'seen'), '')
  const { NODE_OPTIONS, NODE_TEST_CONTEXT, VITEST, ...env } = process.env
  const { status, stdout, stderr } = spawnSync(process.execPath, [...args], { cwd: directory, encoding: 'utf8', env })
  const seen = readFileSync(join(directory, 'seen'), 'utf8').trim().split('\n')
  return { status, stdout, stderr, seen }
}

describe.each([
  ['node:test', ['node', 'node.test.cjs']],
  ['node --test', ['node', '--test', 'node.test.cjs']],
  ['Mocha', ['node_modules/.bin/mocha', 'mocha.cjs']],
  ['Mocha, in parallel', ['node_modules/.bin/mocha', '--parallel', 'mocha.cjs', 'mocha.cjs']],
  ['AVA', ['node_modules/.bin/ava', 'ava.test.js']],
  ['AVA without worker threads', ['node_modules/.bin/ava', '--no-worker-threads', 'ava.test.js']],
])('`glibc-matrix run` and %s', (_, command) => {
  it.each(['host', '2.31', '2.41'])('runs Node in the column %s', (column) => {
    const { status, stdout, stderr, seen } = start([bin, 'run', '--json', '--sysroot', column, '--', ...command])
    const version = column === 'host' ? '2.36' : column
    expect({ status, seen: [...new Set(seen)] }, stderr).toEqual({ status: 0, seen: [`${version} ${version}`] })
    expect(JSON.parse(stdout).columns).toMatchObject([{ state: 'pass' }])
  })
})

describe('node --import @glibc-matrix/core/register', () => {
  const preload = ['--import', '@glibc-matrix/core/register']
  const grid = () => JSON.parse(readFileSync(join(directory, 'grid.json'), 'utf8')) as Grid
  const states = () => grid().rows.map(({ cells }) => Object.values(cells).map(({ state }) => state))

  it('runs the command in every column', () => {
    const { status, stderr, seen } = start([...preload, 'node.test.cjs'])
    expect({ status, seen }, stderr).toEqual({ status: 0, seen: ['2.36 2.36', '2.31 2.31', '2.41 2.41'] })
    expect(states()).toEqual([['pass', 'pass', 'pass']])
  })

  it("so does each file's process of node --test", () => {
    expect(start([...preload, '--test', 'node.test.cjs'])).toMatchObject({
      status: 0,
      seen: ['2.36 2.36', '2.31 2.31', '2.41 2.41'],
    })
  })

  it('Mocha in one process', () => {
    const mocha = join(directory, 'node_modules/mocha/bin/_mocha')
    expect(start([...preload, mocha, 'mocha.cjs'])).toMatchObject({
      status: 0,
      seen: ['2.36 2.36', '2.31 2.31', '2.41 2.41'],
    })
  })

  it('a command that fails is red', () => {
    const { status, stderr } = start([...preload, 'fails.test.cjs'])
    expect(status).toBe(1)
    expect(states()).toEqual([['fail', 'fail', 'fail']])
    expect(stderr).toContain('✗ fail')
  })

  it('GLIBC_MATRIX_ONLY picks columns', () => {
    process.env.GLIBC_MATRIX_ONLY = '2.31'
    try {
      expect(start([...preload, 'node.test.cjs']).seen).toEqual(['2.36 2.36', '2.31 2.31'])
    } finally {
      delete process.env.GLIBC_MATRIX_ONLY
    }
  })
})
