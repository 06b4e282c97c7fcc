import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { resolveSysroot } from '../../../packages/core/src/sysroot/resolve.js'
import { glibcMatrix, storeIn, temporaryDirectory } from './command.js'

beforeAll(async () => {
  await resolveSysroot({ spec: 'debian:bullseye' }, { install: true })
})

test('pack writes to this directory and tells file, sha256 and digest; add takes the file', async () => {
  const cwd = temporaryDirectory()
  const { exitCode, stdout, stderr } = await glibcMatrix(['pack', 'debian:bullseye'], { cwd })
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  const [name = ''] = readdirSync(cwd)
  expect(name).toMatch(/^glibc-.*\.sysroot\.tar\.gz$/)
  const sha256 = createHash('sha256')
    .update(readFileSync(join(cwd, name)))
    .digest('hex')
  expect(stdout).toMatch(new RegExp(`^${join(cwd, name)}\nsha256 {2}${sha256}\ndigest {2}[0-9a-f]{64}\n$`))

  const here = { cwd, env: storeIn(cwd) }
  const added = await glibcMatrix(['add', `archive:${name}`, '--name', 'packed'], here)
  expect(added).toMatchObject({ exitCode: 0, stderr: '' })
  expect(added.stdout).toContain(`packed  glibc 2.31  archive:${join(cwd, name)}  `)
  const explained = await glibcMatrix(['explain', '--json', '--sysroot', 'packed', '/bin/true'], here)
  expect(JSON.parse(explained.stdout).sysroot).toMatchObject({ name: 'packed', glibc: '2.31' })
})

test('with another sysroot the libraries that are taken are told', async () => {
  const cwd = temporaryDirectory()
  const refused = await glibcMatrix(['add', 'debian:bullseye', '--with', 'debian:bullseye'], { cwd })
  expect(refused).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('COMPANIONS_REFUSED') })
})

test.each([
  [['pack'], 'pack S'],
  [['pack', 'debian:bullseye', '--format', 'zip'], "--format 'zip' is neither tar nor npm"],
  [['pack', 'debian:bullseye', '--as', 'a@1.0.0'], '--as is for --format npm'],
  [['pack', 'debian:bullseye', '--format', 'npm', '--as', 'A B'], "--as 'A B' is no PACKAGE@VERSION"],
])('%j is a mistake of use', async (args, said) => {
  const outcome = await glibcMatrix(args, { cwd: temporaryDirectory() })
  expect(outcome).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringContaining(said) })
})

test('what can’t be packed or written is told, and no file is left', async () => {
  const cwd = temporaryDirectory()
  const host = await glibcMatrix(['pack', 'host'], { cwd })
  expect(host).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('SYSROOT_INVALID') })
  mkdirSync(join(cwd, 'taken'))
  const taken = await glibcMatrix(['pack', 'debian:bullseye', '--out', 'taken'], { cwd })
  expect(taken).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('EISDIR') })
  expect(readdirSync(cwd)).toEqual(['taken'])
})
