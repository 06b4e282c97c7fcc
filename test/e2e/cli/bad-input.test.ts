import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildPrograms } from '../../../fixtures/programs/build.mjs'
import { glibcMatrix, stackLine, storeIn, temporaryDirectory } from './command.js'

const directory = temporaryDirectory()
const env = storeIn(directory)
let mirror = ''

const server = createServer((request, response) => {
  if (request.url?.startsWith('/garbage/')) response.end('<html>You are not logged in to this network.</html>')
  else response.writeHead(404).end('not here')
})

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  mirror = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const { 'print-libc': program = '' } = await buildPrograms(directory, ['print-libc'])
  const variant = (name: string, change: (path: string) => void) => {
    copyFileSync(program, join(directory, name))
    change(join(directory, name))
  }
  variant('not-executable', (path) => chmodSync(path, 0o644))
  variant('truncated', (path) => truncateSync(path, 700))
  variant('foreign', (path) => {
    const bytes = readFileSync(path)
    // e_machine 22 is S/390; binfmt_misc could start one of a machine that more people emulate.
    bytes.writeUInt16LE(22, 18)
    writeFileSync(path, bytes)
  })
  writeFileSync(join(directory, 'no-interpreter'), '#!/nonexistent/interpreter\n', { mode: 0o755 })
  mkdirSync(join(directory, 'empty'))
  writeFileSync(join(directory, 'wrong.json'), '{"sysroots": 5}')
})

afterAll(() => void server.close())

const run = (file: string, sysroot = 'host') => ['run', '--json', '--sysroot', sysroot, '--', file]

const table: readonly (readonly [
  what: string,
  args: () => readonly string[],
  status: number,
  code: string,
  told: RegExp,
])[] = [
  ['an unknown form of spec', () => ['add', 'fedora:40'], 1, 'SPEC_UNKNOWN', /fedora:40.*debian:SUITE/],
  ['no spec at all', () => ['add', 'nonsense'], 1, 'SPEC_UNKNOWN', /nonsense/],
  [
    'a suite that no mirror has',
    () => ['add', 'debian:bullseye', '--mirror', `${mirror}/empty`],
    1,
    'SUITE_UNKNOWN',
    /404/,
  ],
  [
    'a mirror of garbage',
    () => ['add', 'debian:bullseye', '--mirror', `${mirror}/garbage`],
    1,
    'SIGNATURE_INVALID',
    /127\.0\.0\.1/,
  ],
  [
    'unsigned garbage',
    () => ['add', 'debian:bullseye', '--allow-unsigned', '--mirror', `${mirror}/garbage`],
    1,
    'INDEX_MALFORMED',
    /garbage/,
  ],
  [
    'a mirror that does not answer',
    () => ['add', 'debian:bullseye', '--mirror', 'http://127.0.0.1:1'],
    1,
    'DOWNLOAD_FAILED',
    /127\.0\.0\.1:1/,
  ],
  ['a mirror that is no URL', () => ['add', 'debian:bullseye', '--mirror', 'here'], 1, 'CONFIG_INVALID', /'here'/],
  [
    'a keyring that is not there',
    () => ['add', 'debian:bullseye', '--keyring', 'none.gpg'],
    1,
    'KEYRING_NOT_FOUND',
    /none\.gpg/,
  ],
  ['a name that is none', () => ['add', 'debian:bullseye', '--name', 'a b'], 1, 'CONFIG_INVALID', /'a b'/],
  ['a name that is a version', () => ['add', 'debian:bullseye', '--name', '2.17'], 1, 'CONFIG_INVALID', /2\.17/],
  ['a package that is none', () => ['add', 'debian:bullseye', '--package', 'No!'], 1, 'CONFIG_INVALID', /No!/],
  ['a directory without a glibc', () => ['add', 'dir:empty'], 1, 'SYSROOT_INVALID', /empty/],
  ['a directory that is not there', () => run('true', 'dir:nowhere'), 1, 'SYSROOT_NOT_FOUND', /nowhere/],
  ['a sysroot that is not installed', () => run('true', '2.5'), 1, 'SYSROOT_NOT_FOUND', /2\.5/],
  ['one to remove', () => ['remove', '2.5'], 1, 'SYSROOT_NOT_FOUND', /2\.5/],
  ['one column twice', () => run('true', 'host,host'), 1, 'COLUMN_DUPLICATE', /host/],
  [
    'a config of the wrong shape',
    () => ['run', '--config', 'wrong.json', '--', 'true'],
    1,
    'CONFIG_INVALID',
    /wrong\.json.*sysroots/,
  ],
  [
    'a config that is not there',
    () => ['run', '--config', 'none.json', '--', 'true'],
    1,
    'CONFIG_NOT_READABLE',
    /none\.json/,
  ],
  [
    'a flag’s value that is none',
    () => ['run', '--unproven', 'maybe', '--sysroot', 'host', '--', 'true'],
    1,
    'CONFIG_INVALID',
    /maybe/,
  ],
  ['a missing program', () => run('./nothing'), 127, 'PROGRAM_NOT_FOUND', /nothing/],
  ['one that PATH lacks', () => run('nothing-of-that-name'), 127, 'PROGRAM_NOT_FOUND', /PATH/],
  [
    'a script without its interpreter',
    () => run('./no-interpreter'),
    127,
    'PROGRAM_NOT_FOUND',
    /nonexistent\/interpreter/,
  ],
  ['a program of mode 0644', () => run('./not-executable'), 126, 'PROGRAM_NOT_EXECUTABLE', /chmod \+x/],
  ['a directory as a program', () => run('./empty'), 126, 'PROGRAM_NOT_EXECUTABLE', /EACCES/],
  ['a truncated program', () => run('./truncated'), 126, 'ELF_TRUNCATED', /truncated/],
  ['a program of another machine', () => run('./foreign'), 126, 'PROGRAM_FOREIGN', /s390x/],
]

test.each(table)('%s: a typed error, nothing on stdout, no stack', async (_, args, status, code, told) => {
  const { exitCode, stdout, stderr } = await glibcMatrix(args(), { cwd: directory, env })
  expect(stderr).toMatch(new RegExp(`^glibc-matrix: ${code}: `, 'm'))
  expect(stderr).toMatch(told)
  expect(stderr).not.toMatch(stackLine)
  expect({ exitCode, stdout }).toEqual({ exitCode: status, stdout: '' })
  expect(left()).toEqual([])
})

test.each([
  ['./nothing', 127, 'PROGRAM_NOT_FOUND', 'missing'],
  ['./not-executable', 126, 'PROGRAM_NOT_EXECUTABLE', 'not-executable'],
  ['./truncated', 126, 'ELF_TRUNCATED', 'not-elf'],
  ['./foreign', 126, 'PROGRAM_FOREIGN', 'foreign-machine'],
])('explain %s: the plan, and the error', async (file, status, code, planned) => {
  const { exitCode, stdout, stderr } = await glibcMatrix(['explain', '--json', '--sysroot', 'host', file], {
    cwd: directory,
  })
  expect(JSON.parse(stdout)).toMatchObject({ decision: 'passthrough', code: planned, compatible: null })
  expect(stderr).toMatch(new RegExp(`^glibc-matrix: ${code}: `))
  expect(exitCode).toBe(status)
})

/** What a failed install left in the store. */
function left(): string[] {
  const parts = ['trees', 'index', 'scratch', 'locks'].map((part) => join(env.GLIBC_MATRIX_HOME, 'store', part))
  return parts.flatMap((part) => (existsSync(part) ? readdirSync(part) : []))
}
