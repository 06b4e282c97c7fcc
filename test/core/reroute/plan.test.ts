import { chmodSync, copyFileSync, mkdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { type PlanOptions, plan } from '../../../packages/core/src/reroute/plan.js'
import type { Sysroot } from '../../../packages/core/src/sysroot/sysroot.js'
import { compile, library, oldFlags, oldMain, scratch, script } from './programs.js'
import { planOptions, sysroot } from './sysroots.js'

const root = scratch()
const bin = join(root, 'bin')
const hello = compile(join(bin, 'hello'), oldMain, oldFlags)
const env = { PATH: `${bin}:/usr/bin:/bin` }

let bullseye: Sysroot
let options: PlanOptions

beforeAll(async () => {
  bullseye = await sysroot('debian:bullseye')
  options = await planOptions(root)
})

function planOf(file: string, more: Partial<PlanOptions> = {}, args: readonly string[] = [file, 'one']) {
  return plan({ file, args, cwd: root, env }, bullseye, { ...options, ...more })
}

describe('a native program of the project', () => {
  it.each([[hello], ['hello'], ['./bin/hello'], ['bin/../bin/hello']])('is rerouted as %s', (file) => {
    expect(planOf(file)).toEqual({
      decision: 'reroute',
      code: 'native',
      reason: 'a program whose libraries and versions are all there',
      program: hello,
      asked: { path: expect.stringMatching(/hello$/), args: [file, 'one'] },
      args: [file, 'one'],
      verdict: { compatible: true, missing: [], missingLibraries: [], hostLibraries: [] },
    })
  })

  it('is its real file behind symlinks, with argv[0] as the caller gave it', () => {
    symlinkSync('hello', join(bin, 'alias'))
    expect(planOf('alias', {}, ['zero'])).toMatchObject({ program: hello, args: ['zero'] })
  })

  it('may be a library with an interpreter, such as a libc that prints its banner', () => {
    const copy = join(bin, 'libc.so.6')
    copyFileSync(bullseye.libc.path, copy)
    expect(planOf(copy)).toMatchObject({ decision: 'reroute', program: copy })
  })

  it("is what `programs` names, though it is called as the host's Node", () => {
    const node = join(root, 'own/node')
    mkdirSync(join(root, 'own'))
    copyFileSync(hello, node)
    expect(planOf(node)).toMatchObject({ code: 'node' })
    expect(planOf(node, { programs: ['own/*'] })).toMatchObject({ code: 'node' })
    expect(planOf(node, { programs: ['./own/node'] })).toMatchObject({ code: 'native', program: node })
  })

  it('reads a new file of the same name anew', () => {
    const changing = join(bin, 'changing')
    copyFileSync(hello, changing)
    expect(planOf(changing)).toMatchObject({ decision: 'reroute' })
    script(changing, '#!/bin/sh\n')
    expect(planOf(changing)).toMatchObject({ code: 'launcher' })
  })
})

describe('what a sysroot can not take passes through', () => {
  const files = join(root, 'files')
  const make = {
    static: () => compile(join(files, 'static'), 'int main(){return 0;}', ['-static']),
    'static-pie': () => compile(join(files, 'static-pie'), 'int main(){return 0;}', ['-static-pie']),
    musl: () =>
      compile(join(files, 'musl'), 'int main(){return 0;}', ['-Wl,--dynamic-linker=/lib/ld-musl-x86_64.so.1']),
    android: () =>
      compile(join(files, 'android'), 'int main(){return 0;}', ['-Wl,--dynamic-linker=/system/bin/linker64']),
    object: () => compile(join(files, 'object.o'), 'int x;', ['-c']),
    library: () => library(join(files, 'library.so'), 'int x;'),
    's390x program': () => patched('s390x', 18, 22),
    'truncated program': () => {
      const copy = patched('truncated', 18, 62)
      truncateSync(copy, 100)
      return copy
    },
    text: () => script(join(files, 'text'), 'echo hello\n'),
    'mode 0644': () => script(join(files, 'plain'), '#!/bin/sh\n', 0o644),
    directory: () => files,
    nothing: () => join(files, 'nothing'),
  } as const

  function patched(name: string, offset: number, byte: number): string {
    const bytes = readFileSync(hello)
    bytes[offset] = byte
    mkdirSync(files, { recursive: true })
    writeFileSync(join(files, name), bytes, { mode: 0o755 })
    return join(files, name)
  }

  it.each([
    ['static', 'static', 'PT_INTERP'],
    ['static-pie', 'static', 'PT_INTERP'],
    ['musl', 'foreign-libc', 'ld-musl-x86_64.so.1'],
    ['android', 'foreign-libc', '/system/bin/linker64'],
    ['object', 'not-elf', 'object file'],
    ['library', 'static', 'PT_INTERP'],
    ['s390x program', 'foreign-machine', 's390x'],
    ['truncated program', 'not-elf', ''],
    ['text', 'launcher', '/bin/sh'],
    ['mode 0644', 'not-executable', 'EACCES'],
    ['directory', 'not-executable', 'EACCES'],
    ['nothing', 'missing', 'ENOENT'],
  ] as const)('%s: %s', (what, code, reason) => {
    const file = make[what]()
    if (what === 'object') chmodSync(file, 0o755)
    expect(planOf(file)).toMatchObject({ decision: 'passthrough', code, reason: expect.stringContaining(reason) })
  })

  it('a loader called by its name, whose program would get its own libc', () => {
    const loader = join(files, 'ld-linux-x86-64.so.2')
    copyFileSync(bullseye.loader, loader)
    expect(planOf(loader)).toMatchObject({ code: 'launcher' })
    expect(planOf(options.host?.loader ?? '')).toMatchObject({ code: 'launcher' })
  })
})

describe('scripts', () => {
  const at = (name: string) => join(root, 'scripts', name)
  const shebang = (name: string, line: string) => script(at(name), `#!${line}\n`)

  it("are their interpreter's, with the kernel's argv", () => {
    const file = shebang('native', `${hello} -a  b `)
    expect(planOf(file, {}, ['zero', 'one'])).toMatchObject({
      decision: 'reroute',
      code: 'shebang',
      program: hello,
      args: [hello, '-a  b', file, 'one'],
    })
  })

  it.each([
    ['/usr/bin/env hello', ['hello']],
    ['/usr/bin/env -S hello -x  y', ['hello', '-x', 'y']],
    ['/usr/bin/env -S  hello', ['hello']],
  ])('of %s are those of the program in PATH', (line, words) => {
    const file = shebang(`env-${words.length}-${line.length}`, line)
    expect(planOf(file)).toMatchObject({ code: 'shebang', program: hello, args: [...words, file, 'one'] })
  })

  it.each([
    ['/usr/bin/env node', 'node'],
    ['/usr/bin/env -S node --no-warnings', 'node'],
    [`${process.execPath} --no-warnings`, 'node'],
    ['/bin/sh', 'launcher'],
    ['/usr/bin/env sh', 'launcher'],
    ['/usr/bin/env no-such-program', 'launcher'],
    ['/usr/bin/env hello with words', 'launcher'],
    ['/usr/bin/env -S -i hello', 'launcher'],
    ['/usr/bin/env -S A=b hello', 'launcher'],
    ['/usr/bin/sed -f', 'launcher'],
    ['/no/such/interpreter', 'missing'],
  ])('of %s: %s', (line, code) => {
    const node = { PATH: `${bin}:${join(process.execPath, '..')}:/usr/bin:/bin` }
    const file = shebang(`line-${line.replace(/\W/g, '-')}`, line)
    const command = { file, args: [file], cwd: root, env: node }
    expect(plan(command, bullseye, options)).toMatchObject({ decision: 'passthrough', code })
  })

  it('of Node are found behind links, as in node_modules/.bin', () => {
    shebang('package/cli.js', '/usr/bin/env node')
    symlinkSync('package/cli.js', at('tool'))
    const command = { file: at('tool'), args: ['tool'], cwd: root, env: { PATH: join(process.execPath, '..') } }
    expect(plan(command, bullseye, options)).toMatchObject({ code: 'node', program: at('package/cli.js') })
  })

  it('of a Node under another name are known by device and inode', () => {
    symlinkSync(process.execPath, at('js-runtime'))
    expect(planOf(shebang('other-name', at('js-runtime')))).toMatchObject({ code: 'node' })
  })
})
