import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { glibcMatrix, temporaryDirectory } from './cli/command.js'
import * as jest from './jest/project.js'
import * as vitest from './vitest/project.js'

const reports = { junit: 'out/junit.xml', html: 'out/grid.html', markdown: 'out/grid.md' }
const sysroots = { 2.31: 'debian:bullseye', 2.41: 'debian:trixie' }
let programs: string

beforeAll(async () => {
  programs = await jest.compile()
})

/** A job of GitHub's in `directory`, whose summary is a file there. */
function job(directory: string): Record<string, string> {
  const summary = join(directory, 'summary.md')
  writeFileSync(summary, '')
  return { GITHUB_ACTIONS: 'true', GITHUB_WORKSPACE: directory, GITHUB_STEP_SUMMARY: summary }
}

function expectReports(directory: string, output: string, suite: string): void {
  const read = (name: string) => readFileSync(join(directory, name), 'utf8')
  expect(read(reports.junit)).toContain(`<testsuite name="${suite} [glibc 2.31]"`)
  expect(read(reports.junit)).toMatch(/<failure type="incompatible" message="needs GLIBC_2\.38/)
  expect(read(reports.html)).toContain('needs GLIBC_2.38')
  expect(read(reports.markdown)).toContain('✗ incompatible')
  // Vitest has a summary of its own there.
  expect(read('summary.md').endsWith(`${read(reports.markdown)}\n`)).toBe(true)
  expect(output).toMatch(new RegExp(`^::error file=${suite},title=incompatible on glibc 2\\.31::.*GLIBC_2\\.38`, 'm'))
}

test('Vitest writes every report that the config names, and GitHub’s in its jobs', async () => {
  const { directory, vitest: run } = vitest.project('suite', programs)
  const config = JSON.stringify({ sysroots, reports })
  writeFileSync(join(directory, 'glibc-matrix.config.mjs'), `export default ${config}`)
  const { stdout } = await run(['run', 'cells'], job(directory))
  expectReports(directory, stdout, 'test/cells.test.mjs')
})

test('Jest does the same', async () => {
  const { directory, jest: run } = jest.project('spawn', programs)
  writeFileSync(join(directory, 'glibc-matrix.config.json'), JSON.stringify({ sysroots, reports }))
  const { stderr } = await run(['cells'], job(directory))
  expectReports(directory, stderr, 'cells.test.js')
})

test('run --report keeps what the command wrote, and report makes them again of the grid', async () => {
  const directory = temporaryDirectory()
  const asked = ['junit=out/junit.xml', 'html=out/grid.html', 'markdown=out/grid.md', 'json=grid.json']
  const flags = asked.flatMap((each) => ['--report', each])
  const args = ['run', '--sysroot', '2.31,2.41', ...flags, '--', join(programs, 'uses-strlcpy')]
  const { exitCode, stderr } = await glibcMatrix(args, { cwd: directory, env: job(directory) })
  expect(exitCode).toBe(1)
  // It is still told to whoever looks on.
  expect(stderr).toContain("version `GLIBC_2.38' not found")
  const grid = JSON.parse(readFileSync(join(directory, 'grid.json'), 'utf8'))
  expect(grid.columns.map(({ name }: { name: string }) => name)).toEqual(['2.31', '2.41'])
  expect(grid.rows[0].test).toBe(join(programs, 'uses-strlcpy'))
  expect(grid.rows[0].cells['2.31'].output).toContain("version `GLIBC_2.38' not found")
  expect(Object.keys(grid.rows[0].cells)).toEqual(['2.31', '2.41'])

  const again = ['report', 'grid.json', '--report', 'html=again.html', '--report', 'junit=again.xml']
  expect((await glibcMatrix(again, { cwd: directory })).exitCode).toBe(0)
  const read = (name: string) => readFileSync(join(directory, name), 'utf8')
  expect(read('again.html')).toBe(read('out/grid.html'))
  expect(read('again.xml')).toBe(read('out/junit.xml'))
})

test('run leaves the files of the config alone: they are its suite’s', async () => {
  const directory = temporaryDirectory()
  const config = { sysroots: { old: 'debian:bullseye' }, outputFile: 'grid.json', reports: { html: 'grid.html' } }
  writeFileSync(join(directory, 'glibc-matrix.config.json'), JSON.stringify(config))
  expect((await glibcMatrix(['run', '--', join(programs, 'print-libc')], { cwd: directory })).exitCode).toBe(0)
  expect(['grid.json', 'grid.html'].map((name) => existsSync(join(directory, name)))).toEqual([false, false])
})

test.each([
  [['run', '--sysroot', 'host', '--report', 'pdf=x', '--', 'true'], /--report 'pdf=x' is no KIND=FILE/],
  [['report', 'grid.json'], /no --report/],
])('%j is a wrong use', async (args, told) => {
  const { exitCode, stderr } = await glibcMatrix(args)
  expect(exitCode).toBe(2)
  expect(stderr).toMatch(told)
})
