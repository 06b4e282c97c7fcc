import { execFileSync } from 'node:child_process'
import { realpathSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { dirSync } from 'tmp'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { resolveSysroot } from './built.js'
import { makeWorld, type World } from './world.js'

const hosts = '/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2'
let world: World
let root: string
let loader: string

// A root as `dpkg -x` leaves it: the ABI's path of the loader is an absolute link, which leads to the host's.
beforeAll(async () => {
  root = dirSync({ unsafeCleanup: true, prefix: 'glibc-matrix-root-' }).name
  const installed = await resolveSysroot({ spec: 'debian:bullseye' }, { install: true })
  execFileSync('cp', ['-a', `${installed.path}/.`, root])
  loader = join(root, 'lib64/ld-linux-x86-64.so.2')
  rmSync(loader)
  symlinkSync(hosts, loader)
  world = await makeWorld({ sysroots: [`dir:${root}`] })
})
afterAll(() => world.close())

it.each([
  ['a program', (tells: string, log: string) => [tells, log]],
  ["a shell's", (tells: string, log: string) => ['sh', '-c', `${tells} ${log}`]],
] as const)('%s runs on a root whose loader is an absolute link, which leads to that of the host', (name, argv) => {
  expect(realpathSync(loader)).toBe(realpathSync(hosts))
  world.spring(name, argv(join(world.directory, 'tells-libc'), join(world.directory, 'log')))
  const { glibc, inode } = world.identityOf('2.31')
  const { state, said } = world.results().get(name)?.get('2.31') ?? {}
  expect({ state, glibc, said }).toEqual({
    state: 'pass',
    glibc: '2.31',
    said: [expect.stringMatching(`^2\\.31 ${inode}:${root}/[^ ]*$`)],
  })
})
