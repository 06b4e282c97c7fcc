import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { dirSync, setGracefulCleanup } from 'tmp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { inspect } from '../../../packages/core/src/elf/inspect.js'
import { readElf } from '../../../packages/core/src/elf/read.js'
import { failure } from '../failure.js'

setGracefulCleanup()
const directory = dirSync({ unsafeCleanup: true }).name
const server = createServer()

beforeAll(async () => {
  mkdirSync(join(directory, 'directory'))
  symlinkSync('nowhere', join(directory, 'dangling'))
  symlinkSync('loop', join(directory, 'loop'))
  expect(spawnSync('mkfifo', [join(directory, 'fifo')]).status).toBe(0)
  await new Promise<void>((resolve) => server.listen(join(directory, 'socket'), resolve))
})

afterAll(() => {
  server.close()
})

test.each([
  ['missing', 'ENOENT'],
  ['dangling', 'ENOENT'],
  ['loop', 'ELOOP'],
  ['directory', 'it is a directory'],
  ['fifo', 'it is not a regular file'],
  ['socket', 'ENXIO'],
  ['directory/below/../../fifo/file', 'ENOENT'],
  ['with\0nul', 'null bytes'],
])('%s is refused, and is not waited for', (name, found) => {
  const path = `${directory}/${name}`
  const error = failure(() => readElf(path))
  expect(error).toMatchObject({ code: 'ELF_NOT_READABLE', details: { path } })
  expect(error.message).toContain(found)
})

test('a device is refused', () => {
  expect(failure(() => readElf('/dev/null')).message).toContain('it is not a regular file')
})

test('a file that may not be read is refused, but for root', () => {
  const path = join(directory, 'secret')
  writeFileSync(path, '#!/bin/sh\n')
  chmodSync(path, 0)
  const inspection = inspect(path)
  const found = 'error' in inspection ? inspection.error.code : inspection.kind
  expect(found).toBe(process.getuid?.() === 0 ? 'script' : 'ELF_NOT_READABLE')
})

test('inspect answers what readElf throws', () => {
  const path = join(directory, 'missing')
  const { code, message, hint } = failure(() => readElf(path))
  expect(inspect(path)).toEqual({ path, error: { code, message, hint } })
})

test.each([
  ['empty', '', 'not-elf'],
  ['one byte', '\x7f', 'not-elf'],
  ['text', 'hello\n', 'not-elf'],
  ['nearly', '\x7fELf', 'not-elf'],
  ['shebang', '#!', 'script'],
  ['script', '#!/bin/sh\nexit 1\n', 'script'],
])('a file that is not ELF (%s) has no machine and no floor', (name, content, kind) => {
  const path = join(directory, name)
  writeFileSync(path, content)
  expect(inspect(path)).toEqual({
    path,
    kind,
    machine: null,
    bits: null,
    byteOrder: null,
    interpreter: null,
    libc: null,
    soname: null,
    needed: [],
    rpath: null,
    runpath: null,
    requires: {},
    weak: {},
    defines: [],
    buildId: null,
    floor: null,
  })
})
