import { realpathSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { beforeAll, expect, test } from 'vitest'
import { buildPrograms } from '../../../fixtures/programs/build.mjs'
import { glibcMatrix, temporaryDirectory } from './command.js'

const directory = temporaryDirectory()
let programs: Record<string, string>

beforeAll(async () => {
  programs = await buildPrograms(directory, ['print-libc', 'print-libc-static', 'uses-strlcpy'])
  const source = '#include <signal.h>\n#include <stdlib.h>\nint main(int c, char **v) { return raise(atoi(v[1])); }\n'
  writeFileSync(join(directory, 'die.c'), source)
  await execa('cc', ['-o', join(directory, 'die'), join(directory, 'die.c')])
})

interface Column {
  name: string
  state: string
  reason?: string
  exitCode: number | null
  signal: string | null
  records: { program: string; proof: string; libc: string[] }[]
}

async function runJson(sysroots: string, command: readonly string[], flags: readonly string[] = [], options = {}) {
  const outcome = await glibcMatrix(['run', '--json', ...flags, '--sysroot', sysroots, '--', ...command], {
    cwd: directory,
    ...options,
  })
  return { ...outcome, report: JSON.parse(outcome.stdout) as { format: number; columns: Column[] } }
}

test('exactly the columns asked for, in that order, each with its proof', async () => {
  const sysroots = JSON.parse((await glibcMatrix(['list', '--json'])).stdout) as { spec: string; path: string }[]
  const bullseye = sysroots.find(({ spec }) => spec === 'debian:bullseye')?.path
  const { exitCode, report, stderr } = await runJson('debian:bullseye,host', ['./print-libc'])
  const host = report.columns[1]
  expect(report).toEqual({
    format: 1,
    columns: [
      {
        name: '2.31',
        spec: 'debian:bullseye',
        glibc: '2.31',
        state: 'pass',
        exitCode: 0,
        signal: null,
        durationMs: expect.any(Number),
        records: [
          {
            pid: expect.any(Number),
            ppid: expect.any(Number),
            program: programs['print-libc'],
            libc: [expect.stringMatching(new RegExp(`^${bullseye}/.*libc`))],
            proof: 'mapped',
            strategy: 'loader',
            hostLibraries: [],
            accounting: 'exact',
            command: expect.arrayContaining([programs['print-libc']]),
          },
        ],
      },
      expect.objectContaining({ name: 'host', spec: 'host', state: 'pass', exitCode: 0, signal: null }),
    ],
  })
  expect(host?.records[0]?.libc[0]).not.toContain(bullseye)
  expect(exitCode).toBe(0)
  // With --json the children's output goes to stderr.
  expect(stderr.match(/^glibc=/gm)).toHaveLength(2)
  expect(stderr).toContain('glibc=2.31\n')
})

test('a sysroot by its version, which stays text', async () => {
  const { report } = await runJson('2.31', ['./print-libc'])
  expect(report.columns.map(({ name, state }) => [name, state])).toEqual([['2.31', 'pass']])
})

test('the command sees its own name, cwd, arguments and environment', async () => {
  const { exitCode, stdout, stderr } = await glibcMatrix(
    ['run', '--sysroot', '2.31', '--', './print-libc', '0', '--sysroot', 'two words'],
    { cwd: directory, env: { FOR_THE_COMMAND: 'x' } },
  )
  expect(exitCode).toBe(0)
  expect(stdout).toContain(
    `name=./print-libc\ncwd=${directory}\nargv=./print-libc\nargv=0\nargv=--sysroot\nargv=two words\n`,
  )
  expect(stdout).toContain('env=FOR_THE_COMMAND=x\n')
  expect(stdout).not.toMatch(/^env=(LD_|NODE_OPTIONS=|GLIBC_MATRIX_CONTEXT=)/m)
  expect(stderr).toMatch(/^glibc-matrix {2}2\.31 \(debian:bullseye\) {2}✓ pass {2}exit 0\n$/)
})

test('the command’s stdin is ours', async () => {
  const { stdout } = await glibcMatrix(['run', '--sysroot', 'host', '--', 'cat'], { input: 'through', stdin: 'pipe' })
  expect(stdout).toBe('through')
})

test('a program that is too new is incompatible, with the symbol and ld.so’s own message', async () => {
  const { exitCode, report, stderr } = await runJson('2.31,2.41', ['./uses-strlcpy'])
  expect(report.columns.map(({ state }) => state)).toEqual(['incompatible', 'pass'])
  expect(report.columns[0]).toMatchObject({ exitCode: 1, reason: expect.stringContaining('GLIBC_2.38') })
  expect(stderr).toContain("version `GLIBC_2.38' not found")
  expect(exitCode).toBe(1)

  const allowed = await glibcMatrix(['run', '--incompatible', 'allow', '--sysroot', '2.31', '--', './uses-strlcpy'], {
    cwd: directory,
  })
  expect(allowed.exitCode).toBe(0)
  expect(allowed.stderr).toMatch(/✗ incompatible {2}exit 1\n.*GLIBC_2\.38.*\n {4}by hand: \/.*\/uses-strlcpy\n$/)
})

test('the exit status is that of the worst column', async () => {
  const failing = await runJson('2.31,host', ['./print-libc', '7'])
  expect(failing.exitCode).toBe(7)
  expect(failing.report.columns.map(({ state, exitCode }) => [state, exitCode])).toEqual([
    ['fail', 7],
    ['fail', 7],
  ])
})

test.each([
  ['SIGSEGV', 11],
  ['SIGABRT', 6],
  ['SIGTERM', 15],
])('a command that %s ends: state fail, status 128+%i', async (signal, number) => {
  const { exitCode, report } = await runJson('host', ['./die', String(number)])
  expect(exitCode).toBe(128 + number)
  expect(report.columns).toEqual([expect.objectContaining({ state: 'fail', exitCode: null, signal })])
})

test.each([
  ['a static program', () => ['./print-libc-static'], 'PT_INTERP'],
  ['a shell that starts one', () => ['sh', '-c', './print-libc-static; :'], 'is static'],
])('%s proves nothing: unproven, and red unless that is allowed', async (_, command, reason) => {
  const { exitCode, report } = await runJson('2.31', command())
  expect(exitCode).toBe(1)
  expect(report.columns).toEqual([
    expect.objectContaining({ state: 'unproven', exitCode: 0, reason: expect.stringContaining(reason) }),
  ])
  const args = ['run', '--unproven', 'warn', '--sysroot', '2.31', '--', ...command()]
  expect((await glibcMatrix(args, { cwd: directory })).exitCode).toBe(0)
})

test('what a shell starts is in the column; the shell itself is a tool of the host', async () => {
  const { exitCode, report, stderr } = await runJson('2.31', ['sh', '-c', './print-libc | cat >&2'])
  expect([exitCode, report.columns[0]?.state]).toEqual([0, 'pass'])
  expect(report.columns[0]?.records).toEqual([
    expect.objectContaining({ program: programs['print-libc'], proof: 'mapped' }),
  ])
  expect(stderr).toContain('glibc=2.31\n')
})

test.each([
  ['2.31', '2.31'],
  ['2.41', '2.41'],
  ['host', '2.36'],
])('Node itself runs in the column %s, and so do the Nodes that it starts', async (column, version) => {
  const libc = 'process.report.getReport().header.glibcVersionRuntime'
  const inner = `node -p "${libc}"`
  const script = `console.log(${libc}, process.execPath); console.log(String(require('child_process').execSync(${JSON.stringify(inner)})))`
  const { exitCode, report, stderr } = await runJson(column, ['node', '-e', script])
  expect({ exitCode, state: report.columns[0]?.state }).toEqual({ exitCode: 0, state: 'pass' })
  expect(stderr).toContain(`${version} ${realpathSync(process.execPath)}\n${version}\n`)
  expect(report.columns[0]?.records.length).toBe(2)
})

test('--runtime host keeps Node on the host: what it spawns is in the column, its host tools are not', async () => {
  writeFileSync(
    join(directory, 'spawns.cjs'),
    `const { spawnSync } = require('node:child_process')
     for (const file of ['./print-libc', 'true', '/bin/ls']) process.exitCode ||= spawnSync(file, { stdio: 'inherit' }).status`,
  )
  const { exitCode, report, stderr } = await runJson('2.31', ['node', 'spawns.cjs'], ['--runtime', 'host'])
  expect(exitCode).toBe(0)
  expect(report.columns[0]?.records).toEqual([
    expect.objectContaining({ program: programs['print-libc'], proof: 'mapped' }),
  ])
  expect(stderr).toContain('glibc=2.31\n')
})

test("the host's Node that starts nothing is none, not a tick", async () => {
  const { exitCode, report } = await runJson('2.31', ['node', '-e', '0'], ['--runtime', 'host'])
  expect({ exitCode, state: report.columns[0]?.state }).toEqual({ exitCode: 0, state: 'none' })
})

test('dir: names a directory in place, relative to here', async () => {
  const sysroots = JSON.parse((await glibcMatrix(['list', '--json'])).stdout) as { spec: string; path: string }[]
  symlinkSync(sysroots.find(({ spec }) => spec === 'debian:bullseye')?.path ?? '', join(directory, 'root'))
  const { report } = await runJson('dir:root', ['./print-libc'])
  expect(report.columns).toEqual([
    expect.objectContaining({ name: '2.31', spec: `dir:${directory}/root`, glibc: '2.31', state: 'pass' }),
  ])
})

test('without --sysroot the config’s columns run', async () => {
  const project = temporaryDirectory()
  const config = { sysroots: { old: 'debian:bullseye' }, unproven: 'fail' }
  writeFileSync(join(project, 'glibc-matrix.config.json'), JSON.stringify(config))
  const args = ['run', '--json', '--', join(directory, 'print-libc')]
  const all = JSON.parse((await glibcMatrix(args, { cwd: project })).stdout)
  expect(all.columns.map(({ name, state }: Column) => [name, state])).toEqual([
    ['host', 'pass'],
    ['old', 'pass'],
  ])
  const only = JSON.parse((await glibcMatrix(args, { cwd: project, env: { GLIBC_MATRIX_ONLY: 'host' } })).stdout)
  expect(only.columns.map(({ name }: Column) => name)).toEqual(['host'])
})
