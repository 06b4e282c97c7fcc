import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { glibcMatrix } from '../e2e/cli/command.js'
import { temporaryDirectory } from './directory.js'
import { compile } from './fixture-programs.js'
import { type Registry, startRegistry } from './registry.js'

const name = '@mine/glibc-bullseye'
const empty = '{ "name": "user", "version": "1.0.0", "private": true }\n'

let registry: Registry
let tarball: string
let digest: string

beforeAll(async () => {
  registry = await startRegistry()
  const packed = await glibcMatrix(['pack', 'debian:bullseye', '--format', 'npm', '--as', `${name}@1.2.3`], project())
  expect(packed, packed.stderr).toMatchObject({ exitCode: 0 })
  tarball = packed.stdout.split('\n')[0] as string
  digest = /^digest {2}([0-9a-f]{64})$/m.exec(packed.stdout)?.[1] as string
})

afterAll(() => registry.stop())

/** A user's project that knows the registry, with an empty store. */
function project() {
  const cwd = temporaryDirectory('npm')
  writeFileSync(join(cwd, 'package.json'), empty)
  writeFileSync(join(cwd, '.npmrc'), registry.npmrc)
  return { cwd, env: { GLIBC_MATRIX_HOME: join(cwd, 'home') } }
}

async function digests(here: ReturnType<typeof project>): Promise<string[]> {
  const { stdout } = await glibcMatrix(['list', '--json'], here)
  return JSON.parse(stdout).map((sysroot: { digest: string }) => sysroot.digest)
}

test('a sysroot goes to a registry and comes back, file by file', async () => {
  const user = project()
  const early = await glibcMatrix(['add', `npm:${name}`], user)
  expect(early).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/DOWNLOAD_FAILED.*(E404|404)/) })

  await execa('npm', ['publish', tarball, '--access', 'public'], { cwd: user.cwd })
  const added = await glibcMatrix(['add', `npm:${name}@1.2.3`, `npm:${name}`], user)
  expect(added.stderr).not.toContain('Error')
  expect(added).toMatchObject({ exitCode: 0, stdout: expect.stringContaining(`glibc 2.31  npm:${name}@1.2.3  /`) })
  expect(await digests(user)).toEqual([digest, digest])
  expect(readdirSync(user.cwd).sort()).toEqual(['.npmrc', 'home', 'package.json'])

  const programs = await compile('print-libc')
  const column = ['run', '--sysroot', `npm:${name}@1.2.3`, '--', join(programs, 'print-libc')]
  const run = await glibcMatrix(column, user)
  expect(run, run.stderr).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('glibc=2.31') })
  expect(run.stderr).toContain('✓ pass')

  const unknown = await glibcMatrix(['add', `npm:${name}@9.9.9`], user)
  expect(unknown).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('DOWNLOAD_FAILED') })
})

test('a project that has the package installed needs no registry', async () => {
  const user = project()
  await execa('npm', ['install', name, '--no-audit', '--no-fund'], { cwd: user.cwd })
  writeFileSync(join(user.cwd, '.npmrc'), 'registry=http://127.0.0.1:9/\nfetch-retries=0\n')
  const added = await glibcMatrix(['add', `npm:${name}`], user)
  expect(added, added.stderr).toMatchObject({ exitCode: 0 })
  expect(await digests(user)).toEqual([digest])

  // Another version than the installed one is the registry's to give.
  const other = await glibcMatrix(['add', `npm:${name}@1.2.4`], user)
  expect(other).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('DOWNLOAD_FAILED') })
})

test('a tarball that is not what was published is refused', async () => {
  const file = join(registry.storageOf(name), 'glibc-bullseye-1.2.3.tgz')
  const good = readFileSync(file)
  const bad = Buffer.from(good)
  bad.writeUInt8(bad.readUInt8(good.length >> 1) ^ 1, good.length >> 1)
  writeFileSync(file, bad)
  const user = project()
  const env = { ...user.env, npm_config_cache: join(user.cwd, 'cache') }
  const added = await glibcMatrix(['add', `npm:${name}@1.2.3`], { ...user, env })
  writeFileSync(file, good)
  expect(added).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/DOWNLOAD_FAILED.*EINTEGRITY/) })
  expect(await digests(user)).toEqual([])
})

test('a package that holds no sysroot is told as such', async () => {
  const user = project()
  writeFileSync(join(user.cwd, 'package.json'), '{ "name": "no-sysroot", "version": "1.0.0" }\n')
  await execa('npm', ['publish', '--access', 'public'], { cwd: user.cwd })
  const added = await glibcMatrix(['add', 'npm:no-sysroot@1.0.0'], project())
  expect(added).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('ARCHIVE_MALFORMED') })
})
