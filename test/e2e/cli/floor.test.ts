import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { beforeAll, expect, test } from 'vitest'
import { buildPrograms } from '../../../fixtures/programs/build.mjs'
import { inspectBelow } from '../../../packages/core/src/survey/inspect-below.js'
import { seenByReadelf } from '../../core/elf/readelf.js'
import { sysroot } from '../../core/reroute/sysroots.js'
import { glibcMatrix, temporaryDirectory } from './command.js'

const directory = temporaryDirectory()
const modules = fileURLToPath(new URL('../../../node_modules', import.meta.url))
const suites = ['debian:bullseye', 'debian:bookworm', 'debian:trixie', 'debian:forky']
const columns = ['2.31', '2.36', '2.41', '2.43']
let programs: Record<string, string>

beforeAll(async () => {
  await Promise.all(suites.map((spec) => sysroot(spec)))
  programs = await buildPrograms(directory, ['print-libc', 'print-libc-static', 'uses-strlcpy'])
})

interface Report {
  floor: string | null
  columns: { name: string; state: string | null; stderr?: string }[]
  broken: string[]
  static: { path: string; floor: { glibc: string; symbols: { name: string }[] } }[] | null
}

async function floorOf(command: readonly string[], env = {}) {
  const args = ['floor', '--json', '--sysroot', columns.join(), '--', ...command]
  const outcome = await glibcMatrix(args, { cwd: directory, env })
  return { ...outcome, report: JSON.parse(outcome.stdout) as Report }
}

/** The highest strong need that binutils' readelf sees, ABI markers left out. */
function byReadelf(path: string): string {
  const versions = (seenByReadelf([path]).get(path)?.needs ?? []).flatMap(({ version, weak }) =>
    weak ? [] : (/^GLIBC_([\d.]+)$/.exec(version)?.[1] ?? []),
  )
  return versions.reduce((a, b) => (order(a) > order(b) ? a : b))
}

function order(version: string): number {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major * 1000 + minor
}

test('the floors of real programs are what readelf says, and what running them in every column finds', async () => {
  const found = await inspectBelow([
    join(modules, '@ast-grep'),
    join(modules, '@archlinter'),
    join(modules, '@dprint'),
    join(modules, '@biomejs'),
  ])
  const real = found.flatMap((each) => ('kind' in each && each.kind === 'dynamic' ? [each.path] : []))
  const machine = [...real, process.execPath]
  expect(machine.length).toBeGreaterThanOrEqual(process.arch === 'x64' ? 6 : 4)
  for (const path of machine) {
    // ast-grep's `sg` looks for `ast-grep` in PATH.
    const { report } = await floorOf([path, '--version'], { PATH: `${dirname(path)}:${process.env.PATH}` })
    const expected = byReadelf(path)
    expect(report.static?.map((each) => [each.path, each.floor.glibc])).toEqual([[path, expected]])
    expect([path, report.floor]).toEqual([path, columns.find((column) => order(column) >= order(expected)) ?? null])
    expect(report.broken).toEqual([])
  }
})

test('the symbol that sets it, the lowest column, and what the others said; text too', async () => {
  const { exitCode, report } = await floorOf(['./uses-strlcpy'])
  expect({ exitCode, floor: report.floor }).toEqual({ exitCode: 0, floor: '2.41' })
  expect(report.columns.map(({ state }) => state)).toEqual(['incompatible', 'incompatible', 'pass', 'pass'])
  expect(report.static).toEqual([
    {
      path: programs['uses-strlcpy'],
      floor: { glibc: '2.38', symbols: [expect.objectContaining({ name: 'strlcpy' })] },
    },
  ])
  const args = ['floor', '--max', '2.36', '--sysroot', '2.41,2.31', '--', './uses-strlcpy']
  const { exitCode: status, stdout } = await glibcMatrix(args, { cwd: directory })
  expect(status).toBe(1)
  expect(stdout).toMatch(
    /^ {2}2\.31 {2}✗ incompatible {2}needs GLIBC_2\.38.*\n.*by hand: .*\n {2}2\.41 {2}✓ works\n\nfloor: glibc 2\.41, .*, above --max 2\.36\nfiles: 2\.38 .* by strlcpy@GLIBC_2\.38\n$/,
  )
})

test('what a newer glibc breaks is told', async () => {
  const script = '[ "$(./print-libc | grep -c glibc=2.43)" = 0 ] || { echo too new >&2; exit 9; }'
  const { exitCode, report } = await floorOf(['sh', '-c', script])
  expect({ exitCode, floor: report.floor, broken: report.broken, static: report.static }).toEqual({
    exitCode: 0,
    floor: '2.31',
    broken: ['2.43'],
    static: null,
  })
  expect(report.columns.at(-1)?.stderr).toBe('too new\n')
})

test.each([
  ['a static program proves nothing', ['./print-libc-static'], 'unproven'],
  ['a command that fails everywhere', ['./print-libc', '3'], 'fail'],
  ['a command that starts no native program', ['sh', '-c', ':'], 'none'],
])('%s: no floor, exit 1', async (_, command, state) => {
  const { exitCode, report } = await floorOf(command)
  expect({ exitCode, floor: report.floor }).toEqual({ exitCode: 1, floor: null })
  expect(new Set(report.columns.map((column) => column.state))).toEqual(new Set([state]))
})

test('of a grid file each test gets its floor', async () => {
  const cell = (state: string) => ({ state, durationMs: 1, records: [] })
  const names = { old: '2.4', mid: '2.31', new: '2.41' }
  const grid = {
    format: 1,
    columns: Object.entries(names).map(([name, glibc]) => ({ name, spec: `dir:/${name}`, glibc })),
    rows: [
      { suite: 'a', test: 'rises', cells: { old: cell('fail'), mid: cell('pass'), new: cell('pass') } },
      { suite: 'a', test: 'breaks', cells: { old: cell('pass'), mid: cell('unproven'), new: cell('fail') } },
      { suite: 'b', test: 'starts nothing', cells: { old: cell('none'), mid: cell('none'), new: cell('skip') } },
    ],
  }
  const file = join(directory, 'grid.json')
  writeFileSync(file, JSON.stringify(grid))
  const { exitCode, stdout } = await glibcMatrix(['floor', '--grid', file])
  expect({ exitCode, stdout }).toEqual({
    exitCode: 0,
    stdout: '2.31  a > rises\n2.4   a > breaks  fails in new, although newer; nothing proven in mid\n',
  })
  expect((await glibcMatrix(['floor', '--grid', file, '--max', '2.30'])).exitCode).toBe(1)
  writeFileSync(file, JSON.stringify({ ...grid, format: 2 }))
  expect(await glibcMatrix(['floor', '--grid', file])).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('FORMAT_TOO_NEW'),
  })
})

test('inspect as a gate: --max, a tarball, and a baseline that a rise is seen against', async () => {
  const tree = join(directory, 'dist')
  await execa('mkdir', ['-p', tree])
  await execa('cp', [programs['print-libc'] as string, join(tree, 'prog')])
  const gate = (...args: string[]) => glibcMatrix(['inspect', ...args], { cwd: directory })

  expect((await gate('--max', '2.31', 'dist')).exitCode).toBe(0)
  expect(await gate('--baseline', 'floors.json', 'dist')).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('BASELINE_INVALID'),
  })
  expect((await gate('--baseline', 'floors.json', '--update', 'dist')).exitCode).toBe(0)
  expect(await gate('--baseline', 'floors.json', 'dist')).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/^as in floors\.json$/m),
  })

  await execa('cp', [programs['uses-strlcpy'] as string, join(tree, 'prog')])
  const risen = await gate('--baseline', 'floors.json', 'dist')
  expect(risen.exitCode).toBe(1)
  expect(risen.stdout).toMatch(/^✗ risen {3}dist\/prog: 2\.\d+(\.\d+)? → 2\.38$/m)

  await execa('tar', ['-czf', 'dist.tgz', 'dist'], { cwd: directory })
  const tarball = await gate('--max', '2.31', '--json', 'dist.tgz')
  expect(tarball.exitCode).toBe(1)
  expect(JSON.parse(tarball.stdout)).toMatchObject({
    format: 1,
    max: '2.31',
    files: [{ path: 'dist.tgz!dist/prog', above: true, floor: { glibc: '2.38' } }],
  })
  await execa('mkdir', ['-p', join(directory, 'empty')])
  expect(await gate('--max', '2.31', 'empty')).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('NOTHING_TO_INSPECT'),
  })
  expect((await gate('--max', 'latest', 'dist')).exitCode).toBe(2)
})
