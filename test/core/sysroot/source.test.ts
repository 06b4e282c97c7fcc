import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import type { Progress } from '../../../packages/core/src/sysroot/providers/provider.js'
import { resolveSysroot } from '../../../packages/core/src/sysroot/resolve.js'
import { rejection } from '../failure.js'
import { temporary } from './debian/machine.js'
import { fakeTarball, fakeTree } from './fake-source.js'
import { storeContent } from './store-content.js'

const child = fileURLToPath(new URL('install-child.mjs', import.meta.url))

function emptyStore(more: NodeJS.ProcessEnv = {}) {
  const home = temporary()
  return { env: { ...process.env, GLIBC_MATRIX_HOME: home, ...more }, home }
}

test('a tarball is configured, made and installed; what only compilers want is left out', async () => {
  const { env, home } = emptyStore({ LD_LIBRARY_PATH: '/nowhere', MAKEFLAGS: '-n' })
  const spec = `source:${await fakeTarball()}`
  const told: Progress[] = []
  const sysroot = await resolveSysroot({ spec }, { install: true, env, onProgress: (each) => told.push(each) })
  expect(sysroot).toMatchObject({ name: '2.31', spec, glibc: '2.31' })
  expect(sysroot.packages).toEqual([
    { name: 'glibc', version: '2.31', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
  ])
  expect(readdirSync(sysroot.path)).toEqual(['lib'])
  expect(readdirSync(join(sysroot.path, 'lib'))).toEqual(['ld-2.31.so', 'libc-2.31.so', 'libc.so.6'])
  expect(statSync(sysroot.libc.path).mode & 0o222).toBe(0)
  expect([...new Set(told.map(({ stage }) => stage))]).toEqual(['unpack', 'configure', 'compile', 'install'])
  expect(readdirSync(join(home, 'logs'))).toEqual([])
  expect(storeContent(home)).toHaveLength(1)

  // It is there: the tarball is what it holds, and another home gets the same.
  expect(await resolveSysroot({ spec }, { install: false, env })).toEqual(sysroot)
  const moved = await resolveSysroot(
    { spec: `source:${await fakeTarball()}` },
    { install: true, env: emptyStore().env },
  )
  expect(moved.digest).toBe(sysroot.digest)
})

test('an unpacked tree is used where it is, and not changed', async () => {
  const tree = await fakeTree()
  const before = readdirSync(tree)
  const { env } = emptyStore()
  const sysroot = await resolveSysroot({ spec: `source:${tree}` }, { install: true, env })
  expect(sysroot.glibc).toBe('2.31')
  expect(readdirSync(tree)).toEqual(before)
})

test.each([
  [
    'configure',
    { configure: 'echo "configure: error: these critical programs are missing or too old: bison"; exit 3' },
    /configure --prefix=.* ended with status 3: configure: error: these critical programs/,
  ],
  [
    'make',
    { compile: 'echo "x.c:1:2: error: no such thing" >&2; exit 1' },
    /make -j\d+ ended with status 2: x.c:1:2: error/,
  ],
])('a %s that fails keeps its log and nothing else', async (_, steps, said) => {
  const { env, home } = emptyStore()
  const error = await rejection(resolveSysroot({ spec: `source:${await fakeTarball(steps)}` }, { install: true, env }))
  expect(error.code).toBe('BUILD_FAILED')
  expect(error.message).toMatch(said)
  const log = error.details.log as string
  expect(error.hint).toContain(log)
  expect(dirname(log)).toBe(join(home, 'logs'))
  expect(readFileSync(log, 'utf8')).toContain('error: ')
  expect(storeContent(home)).toEqual([])
})

test('tools that are missing are named with their packages, before anything is done', async () => {
  const bin = temporary()
  for (const tool of ['gcc', 'ld', 'make', 'sed', 'tar']) symlinkSync('/bin/true', join(bin, tool))
  const { env, home } = emptyStore({ PATH: bin })
  const error = await rejection(resolveSysroot({ spec: `source:${await fakeTarball()}` }, { install: true, env }))
  expect(error.code).toBe('TOOLS_MISSING')
  expect(error.message).toContain('gawk, bison, python3, gzip are not in PATH')
  expect(error.hint).toContain('apt-get install gawk bison python3 gzip')
  expect(storeContent(home)).toEqual([])
})

test('what is no source of glibc is told as such', async () => {
  const { env, home } = emptyStore()
  const of = (path: string) => rejection(resolveSysroot({ spec: `source:${path}` }, { install: true, env }))
  expect((await of(join(home, 'nothing.tar.xz'))).code).toBe('SYSROOT_NOT_FOUND')
  expect((await of(temporary())).message).toContain('a directory without a version.h')
  const text = join(temporary(), 'glibc.tar.gz')
  writeFileSync(text, 'no tar')
  expect(await of(text)).toMatchObject({ code: 'BUILD_FAILED', message: expect.stringContaining('tar -xf ended') })
  const tree = join(temporary(), 'other')
  symlinkSync(dirname(await fakeTarball()), tree)
  expect((await of(tree)).code).toBe('SYSROOT_NOT_FOUND')
})

test('a build that is killed ends with its make, and the next one starts anew', async () => {
  const flag = join(temporary(), 'flag')
  const tarball = await fakeTarball({
    compile: `[ -e ${flag} ] || { echo $$$$ > ${flag}; while :; do echo on; sleep 0.1; done; }`,
  })
  const { env, home } = emptyStore()
  const request = { spec: `source:${tarball}` }
  const killed = spawn(process.execPath, [child, JSON.stringify(request)], { env, stdio: 'ignore' })
  while (!existsSync(flag) || readFileSync(flag, 'utf8') === '') await setTimeout(20)
  killed.kill('SIGKILL')
  await once(killed, 'exit')
  const loop = `/proc/${readFileSync(flag, 'utf8').trim()}`
  for (let waited = 0; existsSync(loop) && waited < 100; waited++) await setTimeout(50)
  expect(existsSync(loop)).toBe(false)
  expect(storeContent(home).filter((name) => name.startsWith('scratch/'))).toHaveLength(1)
  expect((await resolveSysroot(request, { install: true, env })).glibc).toBe('2.31')
  expect(storeContent(home)).toHaveLength(1)
})
