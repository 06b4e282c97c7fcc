import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { buildPrograms } from '../../../fixtures/programs/build.mjs'
import { glibcMatrix, temporaryDirectory } from './command.js'

const directory = temporaryDirectory()
let programs: Record<string, string>

beforeAll(async () => {
  programs = await buildPrograms(directory, ['uses-strlcpy', 'print-libc-static'])
})

test('--json has the fields that scripts rely on, and an entry for each file', async () => {
  const missing = join(directory, 'missing')
  const files = [programs['uses-strlcpy'] ?? '', missing, programs['print-libc-static'] ?? '']
  const { exitCode, stdout, stderr } = await glibcMatrix(['inspect', '--json', ...files])
  expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: '' })
  const machine = process.arch === 'arm64' ? 'aarch64' : 'x86_64'
  expect(JSON.parse(stdout)).toEqual([
    expect.objectContaining({
      path: files[0],
      kind: 'dynamic',
      machine,
      bits: 64,
      interpreter: expect.stringContaining('/ld-linux-'),
      soname: null,
      needed: ['libc.so.6'],
      rpath: null,
      runpath: null,
      requires: { 'libc.so.6': expect.arrayContaining(['GLIBC_2.38']) },
      floor: { glibc: '2.38', symbols: [{ name: 'strlcpy', version: 'GLIBC_2.38', library: 'libc.so.6' }] },
    }),
    { path: missing, error: { code: 'ELF_NOT_READABLE', message: expect.any(String), hint: expect.any(String) } },
    expect.objectContaining({ path: files[2], kind: 'static', machine, interpreter: null, requires: {}, floor: null }),
  ])
})

test('text says the floor and what forces it', async () => {
  const { exitCode, stdout } = await glibcMatrix(['inspect', programs['uses-strlcpy'] ?? ''])
  expect(exitCode).toBe(0)
  expect(stdout).toMatch(/^\/.*\/uses-strlcpy\n {2}kind +dynamic, /)
  expect(stdout).toMatch(/^ {2}floor +glibc 2\.38\n +strlcpy@GLIBC_2\.38 of libc\.so\.6$/m)
})
