import { copyFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { buildPrograms } from '../../../fixtures/programs/build.mjs'
import { isGlibcFamily, isToolchainCompanion } from '../../../packages/core/src/elf/glibc-family.js'
import type { Sysroot } from '../../../packages/core/src/sysroot/sysroot.js'
import { compile, library, oldFlags, oldMain, scratch } from './programs.js'
import { type Sealed, sealFor, startPlain } from './sealed.js'
import { sysroot as resolve } from './sysroots.js'

const directory = scratch()
let programs: Readonly<Record<string, string>>

beforeAll(async () => {
  const names = ['print-libc', 'convert', 'print-process', 'exit-with', 'die-by-signal', 'echo-stdin', 'print-fds']
  programs = await buildPrograms(directory, names)
})

const at = (name: string) => programs[name] ?? name
const without = (text: string, ...keys: string[]) =>
  text.split('\n').filter((line) => !keys.some((key) => line.startsWith(`${key}=`)))
const values = (text: string, key: string) =>
  text.split('\n').flatMap((line) => (line.startsWith(`${key}=`) ? [line.slice(key.length + 1)] : []))

describe.each(['host', 'debian:bullseye', 'debian:trixie', 'debian:forky', 'debian:experimental'])('%s', (spec) => {
  let sysroot: Sysroot
  let sealed: Sealed

  beforeAll(async () => {
    sysroot = await resolve(spec)
    sealed = await sealFor(sysroot)
  })

  const isInside = (path: string) =>
    sysroot.path === '/' || sealed.roots.some((root) => path === root || path.startsWith(`${root}/`))

  it('the libc that the program maps is the sysroot’s file, and the record says so from inside', () => {
    const { stdout, record } = sealed.start(at('print-libc'))
    expect(values(stdout, 'glibc')).toEqual([sysroot.glibc])
    const libcs = record?.objects.filter(({ soname }) => soname === 'libc.so.6')
    expect(libcs).toHaveLength(1)
    expect(libcs?.[0]).toMatchObject({
      device: sysroot.libc.device,
      inode: sysroot.libc.inode,
      buildId: sysroot.libc.buildId,
    })
    expect(String(statSync(libcs?.[0]?.path ?? '').ino)).toBe(sysroot.libc.inode)
    expect(record?.program).toBe(at('print-libc'))
  })

  it('the program’s libc is found at the first try', () => {
    const { stderr } = sealed.start(at('exit-with'), ['0'], { env: { LD_DEBUG: 'libs' } })
    const tried = stderr.match(/trying file=\S*\/libc\.so\.6$/gm)
    // The host has its own cache and directories; other machines' variants are not linked.
    if (sysroot.path !== '/' && sysroot.machine === 'x86_64') expect(tried).toHaveLength(1)
    else expect(tried?.length).toBeGreaterThan(0)
  })

  it.each([
    ['of one word', 'tool'],
    ['that is not ASCII', 'größe–ツール'],
    ['that is empty', ''],
    ['of 5000 characters', 'n'.repeat(5000)],
    ['that looks like an option', '--argv0'],
    ['with the trailer’s mark in it', 'a\u0001gm1b'],
  ])('a name %s is argv[0] and program_invocation_name, as in a plain exec', (_, argv0) => {
    const args = ['0', '', 'two words', '--library-path', 'größe']
    const { stdout, record } = sealed.start(at('print-libc'), args, { argv0 })
    expect(without(stdout, 'glibc')).toEqual(without(startPlain(at('print-libc'), args, { argv0 }).stdout, 'glibc'))
    expect(values(stdout, 'argv')).toEqual([argv0, ...args])
    expect(record).not.toBeNull()
  })

  it.each([
    ['nothing', {}],
    ['what was passed', { PATH: '/nowhere', A: '1', EMPTY: '', UMLAUT: 'ä' }],
    ['the loader’s own variables', { LD_LIBRARY_PATH: '/nowhere:', LD_BIND_NOW: '1', GCONV_PATH: '/nowhere' }],
  ])('the environment holds %s, also for the kernel', (_, env) => {
    const entries = Object.entries(env).map(([name, value]) => `${name}=${value}`)
    expect(values(sealed.start(at('print-libc'), [], { env }).stdout, 'env')).toEqual(entries)
    expect(values(sealed.start(at('print-process'), [], { env }).stdout, 'environ')).toEqual(entries)
  })

  it('comm, ids, signal masks and privileges are those of a plain exec, long names too', () => {
    const long = join(directory, 'ein-größerer-name-als-fünfzehn-bytes')
    copyFileSync(at('print-process'), long)
    for (const program of [at('print-process'), long]) {
      expect(without(sealed.start(program).stdout, 'mapped')).toEqual(without(startPlain(program).stdout, 'mapped'))
    }
  })

  it('status and signals are the program’s', () => {
    for (const status of ['0', '1', '77', '127', '255']) {
      const args = [status, 'out', 'err']
      expect(sealed.start(at('exit-with'), args)).toMatchObject(startPlain(at('exit-with'), args))
    }
    for (const signal of ['6', '9', '11', '15', '25']) {
      expect(sealed.start(at('die-by-signal'), [signal])).toMatchObject(startPlain(at('die-by-signal'), [signal]))
    }
  })

  it('no descriptor is left open, and input goes through', () => {
    expect(sealed.start(at('print-fds')).stdout).toBe(startPlain(at('print-fds')).stdout)
    const input = 'x'.repeat(300_000)
    expect(sealed.start(at('echo-stdin'), [], { input })).toMatchObject({ stdout: input, stderr: '300000 bytes\n' })
  })

  it('everything mapped but the program comes from the sysroot, gconv modules and locales too', () => {
    const mapped = values(sealed.start(at('print-process')).stdout, 'mapped')
    expect(mapped.filter((path) => path !== at('print-process') && !isInside(path))).toEqual([])
    const { stdout, status } = sealed.start(at('convert'), [], { env: { LC_ALL: 'C.UTF-8' } })
    expect(status).toBe(0)
    expect(values(stdout, 'mapped').filter((path) => !isInside(path))).toEqual([])
    expect(values(stdout, 'locale')).toEqual(['ok'])
    const hasModule = exists(join(sysroot.gconv ?? '', 'EBCDIC-US.so'))
    expect(values(stdout, 'iconv')).toEqual([hasModule ? 'ok' : 'Invalid argument'])
    expect(values(stdout, 'mapped').some((path) => path.endsWith('/EBCDIC-US.so'))).toBe(hasModule)
  })

  it('libraries bundled beside the program win by RUNPATH and LD_LIBRARY_PATH, as in a plain exec', () => {
    const source = 'int own(void){return 7;}'
    const bundled = library(join(directory, 'lib', 'libstdc++.so.6'), source, [
      '-nostdlib',
      '-Wl,-soname,libstdc++.so.6',
    ])
    const main = `extern int own(void); ${oldMain.replace('exit(0)', 'exit(own())')}`
    const flags = [...oldFlags, bundled, '-Wl,-z,origin']
    const byRunpath = compile(join(directory, 'by-runpath'), main, [
      ...flags,
      '-Wl,--enable-new-dtags,-rpath,$ORIGIN/lib',
    ])
    const byVariable = compile(join(directory, 'by-variable'), main, flags)
    const env = { LD_LIBRARY_PATH: join(directory, 'lib') }
    expect(startPlain(byRunpath)).toMatchObject({ status: 7 })
    expect(sealed.start(byRunpath)).toMatchObject({ status: 7, stdout: 'hello\n' })
    expect(sealed.start(byVariable, [], { env })).toMatchObject({ status: 7, stdout: 'hello\n' })
    const { status, stderr } = sealed.start(byVariable)
    expect({ failed: status !== 0, stderr }).toEqual({ failed: true, stderr: expect.stringMatching(/own|libstdc/) })
  })

  it('a library that only the host has is not found until it is lent, and then named in the record', async () => {
    if (sysroot.path === '/') {
      expect(sealed.seal.libraries).toBeNull()
      return
    }
    const libz = hostLibrary('libz.so.1')
    const main = `extern const char *zlibVersion(void); ${oldMain.replace('"hello"', 'zlibVersion()')}`
    const program = compile(join(directory, 'uses-libz'), main, [...oldFlags, libz])
    expect(sealed.start(program)).toMatchObject({
      status: 127,
      stderr: expect.stringContaining('libz.so.1: cannot open shared object file'),
      record: null,
    })
    const lent = [{ soname: 'libz.so.1', path: libz }]
    const { status, stdout, record } = sealed.start(program, [], { lent })
    expect({ status, stdout }).toEqual({ status: 0, stdout: startPlain(program).stdout })
    const fromHost = record?.objects.filter(({ path }) => path !== program && !isInside(path))
    expect(fromHost?.map(({ soname }) => soname)).toEqual(['libz.so.1'])
    expect(record?.objects.filter(({ soname }) => soname === 'libc.so.6').every(({ path }) => isInside(path))).toBe(
      true,
    )
  })

  it('no library of a libc’s family comes from the host, though the program asks for all of them', () => {
    const names = ['libm.so.6', 'libpthread.so.0', 'libdl.so.2', 'librt.so.1', 'libutil.so.1', 'libgcc_s.so.1']
    expect(names.filter((name) => !isGlibcFamily(name) && !isToolchainCompanion(name))).toEqual([])
    const libraries = names.map((name) => [...sysroot.libraryPath.map((path) => join(path, name))].find(exists) ?? name)
    const program = compile(join(directory, 'needs-all'), oldMain, [
      ...oldFlags,
      '-Wl,--no-as-needed',
      '-Wl,--allow-shlib-undefined',
      ...libraries,
    ])
    const { status, stderr, record } = sealed.start(program)
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    const sonames = record?.objects.flatMap(({ soname }) => soname ?? [])
    expect(sonames).toEqual(expect.arrayContaining(names))
    expect(record?.objects.filter(({ path }) => path !== program && !isInside(path))).toEqual([])
  })
})

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined
}

function hostLibrary(name: string): string {
  const directories = ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/lib/x86_64-linux-gnu', '/usr/lib64']
  return directories.map((directory) => join(directory, name)).find(exists) ?? name
}
