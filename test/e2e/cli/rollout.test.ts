import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { buildPrograms } from '../../../fixtures/programs/build.mjs'
import { glibcMatrix, temporaryDirectory } from './command.js'

const directory = temporaryDirectory()
const config = { sysroots: { v1: 'debian:bullseye', v2: 'debian:trixie' } }

beforeAll(async () => {
  mkdirSync(join(directory, 'tree'))
  await buildPrograms(join(directory, 'tree'), ['print-libc', 'uses-private', 'uses-strlcpy'])
  writeFileSync(join(directory, 'glibc-matrix.config.json'), JSON.stringify(config))
})

const rollout = (...args: string[]) =>
  glibcMatrix(['rollout', '--from', 'v1', '--to', 'v2', ...args], { cwd: directory })

test('a tree by its files: what breaks comes first, by symbol, and fails', async () => {
  const { exitCode, stdout } = await rollout('tree')
  expect(exitCode).toBe(1)
  expect(stdout).toContain(
    [
      'from v1 (debian:bullseye, glibc 2.31) to v2 (debian:trixie, glibc 2.41), by the files alone',
      '',
      '✗ breaks: has all that it needs on v1, not on v2 (1)',
      '  tree/uses-private',
      '      __libc_dlopen_mode@GLIBC_PRIVATE of libc.so.6',
      '',
      '+ only on v2 (1)',
      '  tree/uses-strlcpy',
      '      strlcpy@GLIBC_2.38 of libc.so.6',
    ].join('\n'),
  )
  expect(stdout).toMatch(/^✓ on both: 1 of 3$/m)
  expect((await rollout('tree/print-libc', 'tree/uses-strlcpy')).exitCode).toBe(0)
  expect((await rollout('tree/missing')).exitCode).toBe(1)
})

test('then by running: what the files foretold comes true', async () => {
  const { exitCode, stdout } = await rollout('--json', '--', './tree/uses-private', 'call')
  expect(exitCode).toBe(1)
  const states = JSON.parse(stdout).command.map(({ name, state, exitCode }: Record<string, unknown>) => [
    name,
    state,
    exitCode,
  ])
  expect(states).toEqual([
    ['v1', 'pass', 0],
    ['v2', 'fail', 127],
  ])
  expect(await rollout('tree/print-libc', '--', './tree/print-libc')).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(
      /✓ on both: 1 of 1\n\nglibc-matrix {2}v1 .*✓ pass {2}exit 0\nglibc-matrix {2}v2 .*\n✓ it works on both\n$/,
    ),
  })
})

test('two columns of a grid file, test by test', async () => {
  const row = (test: string, v1: string, v2: string) => ({
    suite: 's',
    test,
    cells: {
      v1: { state: v1, durationMs: 1, records: [] },
      v2: { state: v2, reason: `why ${v2}`, durationMs: 1, records: [] },
    },
  })
  const columns = Object.entries(config.sysroots).map(([name, spec]) => ({ name, spec, glibc: '2.31' }))
  const rows = [row('stays', 'pass', 'pass'), row('breaks', 'pass', 'incompatible'), row('comes', 'fail', 'pass')]
  const file = join(directory, 'grid.json')
  writeFileSync(
    file,
    JSON.stringify({ format: 1, columns, rows: [...rows, row('open', 'pass', 'unproven'), row('x', 'none', 'none')] }),
  )
  const { exitCode, stdout } = await rollout('--grid', file)
  expect({ exitCode, stdout }).toEqual({
    exitCode: 1,
    stdout: [
      '✗ breaks: passes on v1, not on v2 (1)\n  s > breaks\n      why incompatible\n',
      '? undecided: nothing was proven on one of both (1)\n  s > open\n      why unproven\n',
      '+ only on v2 (1)\n  s > comes\n      fail\n',
      '✓ on both: 1 of 4\n',
    ].join('\n'),
  })
  const unknown = await glibcMatrix(['rollout', '--from', 'v1', '--to', 'v3', '--grid', file])
  expect(unknown).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('COLUMN_UNKNOWN') })
})

test.each([
  [['rollout', '--from', 'host', 'tree'], /no --from and --to/],
  [['rollout', '--from', 'host', '--to', '2.31'], /no PATH, no COMMAND/],
])('%j is a wrong use', async (args, told) => {
  const { exitCode, stderr } = await glibcMatrix(args, { cwd: directory })
  expect(exitCode).toBe(2)
  expect(stderr).toMatch(told)
})
