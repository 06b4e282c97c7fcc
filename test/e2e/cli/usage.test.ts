import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { glibcMatrix, stackLine } from './command.js'

const commands = ['init', 'add', 'list', 'remove', 'inspect', 'explain', 'run', 'doctor']

test('--help lists every command, and each has its own', async () => {
  const general = await glibcMatrix(['--help'])
  expect(general).toMatchObject({ exitCode: 0, stderr: '' })
  for (const command of commands) {
    expect(general.stdout).toMatch(new RegExp(`^  ${command}\\b`, 'm'))
    const own = await glibcMatrix([command, '--help'])
    expect(own).toMatchObject({ exitCode: 0, stderr: '' })
    expect(own.stdout).toMatch(new RegExp(`^Usage: glibc-matrix ${command}\\b`))
  }
})

test('--version is the package’s', async () => {
  const manifest = JSON.parse(readFileSync(new URL('../../../packages/cli/package.json', import.meta.url), 'utf8'))
  expect(await glibcMatrix(['--version'])).toEqual({ exitCode: 0, stdout: `${manifest.version}\n`, stderr: '' })
})

test('no command at all prints the help on stderr', async () => {
  const { exitCode, stdout, stderr } = await glibcMatrix([])
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
  expect(stderr).toContain('Usage: glibc-matrix')
})

const mistakes: readonly (readonly [args: readonly string[], told: RegExp])[] = [
  [['isntall'], /there is no command 'isntall'/],
  [['rn'], /Did you mean: glibc-matrix run\?/],
  [['constructor'], /there is no command 'constructor'/],
  [['--jsn'], /there is no flag '--jsn'/],
  [['list', '--jsn'], /list has no flag --jsn\n {2}Did you mean --json\?\n {2}Usage: glibc-matrix list/],
  [['list', 'more'], /list takes no argument 'more'/],
  [['list', '--', 'more'], /list takes nothing after `--`/],
  [['list', '--json=yes'], /'--json' does not take an argument/],
  [['add'], /add: no SPEC, and no config/],
  [['update'], /no S, and no config/],
  [['add', 'debian:bullseye', '--name'], /'--name <value>' argument missing/],
  [['add', 'debian:bullseye', 'debian:trixie', '--name', 'old'], /--name 'old' for 2 sysroots/],
  [['remove'], /remove needs an argument/],
  [['inspect'], /inspect needs an argument/],
  [['explain', '--sysroot', 'host'], /no PROGRAM/],
  [['explain', '/bin/true'], /no --sysroot/],
  [['run', '--sysroot', 'host', '/bin/true'], /no `--` with a COMMAND after it/],
  [['run', '--sysroot', 'host', '--'], /no COMMAND after `--`/],
  [['run', '--sysroot', 'host', 'x', '--', '/bin/true'], /The COMMAND comes after `--`/],
  [['run', '--sysroot', 'host,', '--', '/bin/true'], /holds an empty name/],
]

test.each(mistakes)('%j is a wrong use: status 2, with what to write', async (args, told) => {
  const { exitCode, stdout, stderr } = await glibcMatrix(args)
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
  expect(stderr).toMatch(/^glibc-matrix: USAGE: /)
  expect(stderr).toMatch(told)
  expect(stderr).not.toMatch(stackLine)
})

test('a stack only when asked for', async () => {
  const args = ['remove', 'nothing-of-that-name']
  expect((await glibcMatrix(args)).stderr).not.toMatch(stackLine)
  expect((await glibcMatrix([...args, '--debug'])).stderr).toMatch(stackLine)
  expect((await glibcMatrix(args, { env: { GLIBC_MATRIX_DEBUG: '1' } })).stderr).toMatch(stackLine)
})
