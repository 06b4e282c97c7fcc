import { execa } from 'execa'
import { beforeAll, expect, test } from 'vitest'
import { buildPrograms } from '../../../fixtures/programs/build.mjs'
import { glibcMatrix, temporaryDirectory } from './command.js'

const directory = temporaryDirectory()
let programs: Record<string, string>

beforeAll(async () => {
  programs = await buildPrograms(directory, ['print-libc', 'uses-strlcpy'])
})

async function explained(args: readonly string[]) {
  const { stdout, ...rest } = await glibcMatrix(['explain', '--json', '--sysroot', '2.31', ...args], { cwd: directory })
  expect(rest).toEqual({ exitCode: 0, stderr: '' })
  return JSON.parse(stdout)
}

test('argv and env, run by hand, do what they say', async () => {
  const plan = await explained(['--', './print-libc', '0', '--help'])
  expect(plan).toMatchObject({
    program: programs['print-libc'],
    sysroot: { name: '2.31', spec: 'debian:bullseye', glibc: '2.31' },
    decision: 'reroute',
    code: 'native',
    reason: expect.any(String),
    compatible: true,
    missing: [],
  })
  const [file, ...rest] = plan.argv
  const { stdout } = await execa(file, rest, { env: plan.env, cwd: directory })
  expect(stdout).toMatch(/^glibc=2\.31$/m)
  expect(stdout).toMatch(/^argv=0\nargv=--help$/m)
})

test('what is missing is named', async () => {
  expect(await explained(['./uses-strlcpy'])).toMatchObject({
    decision: 'reroute',
    compatible: false,
    missing: expect.arrayContaining(['GLIBC_2.38']),
  })
})

test('a host tool of a test passes through', async () => {
  expect(await explained(['/bin/true'])).toMatchObject({
    decision: 'passthrough',
    code: 'system-tool',
    compatible: null,
    missing: [],
    argv: ['/bin/true'],
    env: {},
  })
})

test('text for people', async () => {
  const args = ['explain', '--sysroot', '2.31', './uses-strlcpy', 'two words']
  const { exitCode, stdout } = await glibcMatrix(args, { cwd: directory })
  expect(exitCode).toBe(0)
  expect(stdout).toMatch(/^decision {2}reroute \(native\)$/m)
  expect(stdout).toMatch(/^reason {4}.*GLIBC_2\.38/m)
  expect(stdout).toMatch(/^verdict {3}incompatible$/m)
  expect(stdout).toMatch(/^by hand .*ld-.* \/.*\/uses-strlcpy 'two words'$/m)
})
