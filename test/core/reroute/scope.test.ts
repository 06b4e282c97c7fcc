import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { isEmulator, launcherKind } from '../../../packages/core/src/reroute/launchers.js'
import { type PlanOptions, plan } from '../../../packages/core/src/reroute/plan.js'
import { systemDirectoryOf } from '../../../packages/core/src/reroute/system-directories.js'
import type { Sysroot } from '../../../packages/core/src/sysroot/sysroot.js'
import { compile, oldFlags, oldMain, scratch, script } from './programs.js'
import { planOptions, sysroot } from './sysroots.js'

const outside = scratch()
const root = join(outside, 'project')
const hello = compile(join(root, 'packages/x/bin/hello'), oldMain, oldFlags)
const other = compile(join(outside, 'tools/other'), oldMain, oldFlags)
mkdirSync(join(root, 'node_modules/.bin'), { recursive: true })
const linked = join(root, 'node_modules/.bin/hi')
symlinkSync(hello, linked)
const tool = join(root, 'tool')
symlinkSync('/usr/bin/uname', tool)

let bookworm: Sysroot
let options: PlanOptions

beforeAll(async () => {
  bookworm = await sysroot('host')
  options = await planOptions(root)
})

function codeOf(file: string, more: Partial<PlanOptions> = {}): string {
  const command = { file, args: [file], cwd: root, env: { PATH: '/usr/bin:/bin' } }
  return plan(command, bookworm, { ...options, ...more }).code
}

describe('by default', () => {
  it.each([
    [hello, 'native'],
    [linked, 'native'],
    [other, 'native'],
    [tool, 'system-tool'],
    ['uname', 'system-tool'],
    ['/bin/uname', 'system-tool'],
    ['sh', 'launcher'],
    ['env', 'launcher'],
    ['xargs', 'launcher'],
    ['perl', 'launcher'],
    ['gunzip', 'system-tool'], // a shell script of the system's own
  ])('%s: %s', (file, code) => expect(codeOf(file)).toBe(code))

  it('a project below a system directory is no part of the system', () => {
    expect(codeOf('/usr/bin/uname', { root: '/usr/bin' })).toBe('system-tool')
    expect(systemDirectoryOf('/usr/share/app/bin/x')).toBe('/usr/share')
  })
})

describe('programs and exclude', () => {
  it.each<[string, string, string[] | null, string[]]>([
    [hello, 'native', ['packages/**'], []],
    [hello, 'native', ['./packages/*/bin/*'], []],
    [hello, 'native', ['hello'], []],
    [hello, 'native', ['hel*'], []],
    [hello, 'native', [hello], []],
    [hello, 'native', [`${outside}/**`], []],
    [hello, 'excluded', ['dist/**'], []],
    [hello, 'excluded', [], []],
    [hello, 'excluded', null, ['packages/**']],
    [hello, 'excluded', null, ['hello']],
    [hello, 'excluded', ['hello'], ['packages/**']],
    [linked, 'native', ['node_modules/.bin/*'], []],
    [linked, 'native', ['**/hello'], []],
    [linked, 'excluded', null, ['**/.bin/hi']],
    [other, 'excluded', ['**'], []],
    [other, 'native', ['../tools/*'], []],
    [other, 'native', ['other'], []],
    [other, 'native', null, ['**']],
    ['uname', 'system-tool', ['**', '*'], []],
    ['uname', 'native', ['uname'], []],
    ['uname', 'native', ['/usr/bin/uname'], []],
    [tool, 'native', ['/usr/bin/un*'], []],
    ['sh', 'launcher', ['*'], []],
    ['sh', 'native', ['dash'], []],
    ['sh', 'excluded', null, ['/bin/sh', '/usr/bin/sh']],
  ])('%s: %s with programs %j, exclude %j', (file, code, programs, exclude) => {
    expect(codeOf(file, { programs, exclude })).toBe(code)
  })
})

describe('the COMMAND of run counts', () => {
  it.each([
    ['uname', 'native'],
    ['perl', 'native'],
    [hello, 'native'],
    ['sh', 'launcher'], // rerouting the shell would prove nothing of what it starts
    ['env', 'launcher'],
    [process.execPath, 'node'],
  ])('%s: %s', (file, code) => expect(codeOf(file, { always: true, programs: [], exclude: ['**', '*'] })).toBe(code))

  it('a script of a shell stays a launcher', () => {
    expect(codeOf(script(join(root, 'script'), '#!/bin/sh\n'), { always: true })).toBe('launcher')
  })
})

describe('launchers by name', () => {
  it.each([
    '/bin/sh',
    '/usr/bin/dash',
    '/usr/bin/bash',
    '/usr/bin/env',
    '/usr/bin/make',
    '/lib64/ld-linux-x86-64.so.2',
  ])('%s wraps', (path) => expect(launcherKind(path)).toBe('wrapper'))
  it.each(['/usr/bin/python3', '/usr/bin/python3.11', '/usr/bin/perl5.36.0', '/usr/bin/lua5.4', '/usr/bin/ruby'])(
    '%s interprets',
    (path) => expect(launcherKind(path)).toBe('interpreter'),
  )
  it.each(['/usr/bin/git', '/usr/bin/tar', '/usr/bin/gcc-12', '/usr/bin/sha256sum', '/usr/bin/shuf'])(
    '%s is neither',
    (path) => expect(launcherKind(path)).toBeNull(),
  )
})

describe('emulators by name', () => {
  it.each(['qemu-x86_64', 'qemu-aarch64-static', 'qemu-mips64el', 'box64', 'FEXInterpreter'])('%s is one', (name) =>
    expect(isEmulator(`/usr/bin/${name}`)).toBe(true),
  )
  it.each(['qemu-img', 'qemu-nbd', 'qemu-system-x86_64', 'qemu-storage-daemon', 'env'])('%s is none', (name) =>
    expect(isEmulator(`/usr/bin/${name}`)).toBe(false),
  )
})

describe('system directories', () => {
  it.each(['/usr/bin/x', '/bin/x', '/usr/lib/git-core/x', '/usr/libexec/x', '/lib/x86_64-linux-gnu/x', '/snap/y/1/x'])(
    '%s is in one',
    (path) => expect(systemDirectoryOf(path)).not.toBeNull(),
  )
  it.each(['/usr/local/bin/x', '/opt/x', '/home/u/bin/x', '/usr/src/app/x', '/srv/x', '/binary/x', '/usr/libx'])(
    '%s is not',
    (path) => expect(systemDirectoryOf(path)).toBeNull(),
  )
})
