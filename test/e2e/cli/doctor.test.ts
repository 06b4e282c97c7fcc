import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { execa } from 'execa'
import { beforeAll, expect, test } from 'vitest'
import { buildPrograms } from '../../../fixtures/programs/build.mjs'
import * as fake from '../../core/sysroot/debian/fake-archive.js'
import { bin, glibcMatrix, storeIn, temporaryDirectory } from './command.js'
import { digests, good } from './here.js'
import { mirrorOf } from './loopback-suite.js'

const directory = temporaryDirectory()
// An empty store: what other tests have installed is no concern of these.
const env = storeIn(temporaryDirectory())
let libraries: string

interface Finding {
  name: string
  state: string
  found: string
  hint: string
}

beforeAll(async () => {
  const { stdout } = await glibcMatrix(['add', 'debian:bullseye'])
  expect(stdout).toContain('debian:bullseye')
  const sysroots = JSON.parse((await glibcMatrix(['list', '--json'])).stdout)
  libraries = sysroots.find(({ spec }: { spec: string }) => spec === 'debian:bullseye').libraryPath[0]
})

async function doctor(options = {}): Promise<{ exitCode: number | undefined; usable: boolean; checks: Finding[] }> {
  const { exitCode, stdout, stderr } = await glibcMatrix(['doctor', '--json'], { cwd: directory, env, ...options })
  expect(stderr).toBe('')
  return { exitCode, ...JSON.parse(stdout) }
}

const crash = 'Inconsistency detected by ld.so: dl-call-libc-early-init.c'

test('a machine that can run the tests is usable', async () => {
  const { exitCode, usable, checks } = await doctor()
  expect({ exitCode, usable }).toEqual({ exitCode: 0, usable: true })
  const names = [
    'node',
    'host',
    'seals',
    'proof',
    'store',
    'archive',
    'namespaces',
    'emulators',
    'compiler',
    'LD_LIBRARY_PATH',
  ]
  expect(checks.map(({ name }) => name)).toEqual(expect.arrayContaining(names))
  expect(checks.find(({ name }) => name === 'proof')).toMatchObject({
    state: 'ok',
    found: expect.stringContaining('libc'),
  })
})

test('emulators are named where they are, and their package where they are not', async () => {
  const bin = temporaryDirectory()
  const emulator = join(bin, 'qemu-s390x')
  writeFileSync(emulator, '', { mode: 0o755 })
  const { checks } = await doctor({ env: { ...env, PATH: bin } })
  const { state, found } = checks.find(({ name }) => name === 'emulators') ?? {}
  expect(state).toBe('ok')
  expect(found).toContain(`s390x by ${emulator}; none for `)
  expect(found).toContain('qemu-user-static')
})

test.each([
  ['plain', (path: string) => `LD_LIBRARY_PATH=${path} node test.js`],
  ['quoted', (path: string) => `FOO=1 LD_LIBRARY_PATH="/nowhere:${path}:$LD_LIBRARY_PATH" node test.js`],
  ['cross-env', (path: string) => `cross-env LD_LIBRARY_PATH=${path} jest`],
])('an npm script that leads to another glibc is found: %s', async (_, script) => {
  writeFileSync(join(directory, 'package.json'), JSON.stringify({ scripts: { test: script(libraries), lint: 'true' } }))
  const { exitCode, checks } = await doctor()
  expect(checks.filter(({ name }) => name === 'LD_LIBRARY_PATH')).toEqual([
    {
      name: 'LD_LIBRARY_PATH',
      state: 'notice',
      found: expect.stringMatching(/the script 'test' of .*package\.json .*libc\.so\.6 \(glibc 2\.31\)/),
      hint: expect.stringContaining('npm run test'),
    },
  ])
  expect(checks.find(({ name }) => name === 'LD_LIBRARY_PATH')?.found).toContain(crash)
  expect(exitCode).toBe(0)
})

test('the quoted crash is the one that a user sees', async () => {
  const { 'print-libc': program = '' } = await buildPrograms(directory, ['print-libc'])
  const { exitCode, stderr } = await execa(program, { env: { LD_LIBRARY_PATH: libraries }, reject: false })
  expect({ exitCode, crash: stderr.includes(crash) }).toEqual({ exitCode: 127, crash: true })
})

test('the host’s own libraries are no other glibc', async () => {
  const script = 'LD_LIBRARY_PATH=/lib/x86_64-linux-gnu:/lib/aarch64-linux-gnu:/usr/lib64:/lib64 node test.js'
  writeFileSync(join(directory, 'package.json'), JSON.stringify({ scripts: { test: script } }))
  const { checks } = await doctor()
  expect(checks.find(({ name }) => name === 'LD_LIBRARY_PATH')).toMatchObject({ state: 'ok' })
})

test('in the environment it is a problem', async () => {
  // Node itself could not start with it, so it is set once Node has.
  const preload = join(directory, 'preload.mjs')
  writeFileSync(preload, `process.env.LD_LIBRARY_PATH = ${JSON.stringify(libraries)}`)
  const args = ['--import', pathToFileURL(preload).href, bin, 'doctor', '--json']
  const { exitCode, stdout } = await execa(process.execPath, args, { cwd: directory, env, reject: false })
  expect(exitCode).toBe(1)
  expect(JSON.parse(stdout).checks).toContainEqual({
    name: 'LD_LIBRARY_PATH',
    state: 'problem',
    found: expect.stringContaining(crash),
    hint: expect.stringContaining('Leave LD_LIBRARY_PATH out'),
  })
})

test('sysroots of one name and one spec are told apart, and one that two keys lead to is told once', async () => {
  const base = await fake.basePackages()
  const more = {
    name: 'libmore',
    version: '1',
    deb: await fake.makeDeb([fake.file('./usr/share/doc/more/copyright', '')]),
  }
  const { project } = await mirrorOf([...base, more])
  const here = project()
  for (const packages of [[], ['--package', 'libmore'], ['--package', 'libmore', '--package', 'libc-bin']]) {
    await good(here, 'add', 'debian:mine', ...packages)
  }
  const [one, other, ...rest] = [...new Set(await digests(here))].map((digest) => digest.slice(0, 12))
  expect(rest).toEqual([])
  const { checks } = await doctor(here)
  const found = checks.filter(({ name }) => name === 'sysroots').map(({ found }) => found.replace(/^\S+ /, ''))
  const expected = [one, other].map((digest) => `(debian:mine) ${digest}: every file as installed`)
  expect(found.sort()).toEqual(expected.sort())
})

test('a store that is a file can hold nothing', async () => {
  writeFileSync(join(directory, 'store'), '')
  const { exitCode, checks } = await doctor({ env: storeIn(directory) })
  expect(checks.find(({ name }) => name === 'store')).toMatchObject({ state: 'problem' })
  expect(exitCode).toBe(1)
})
