import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import tmp from 'tmp'
import { beforeAll, expect, test } from 'vitest'
import { buildPrograms } from '../../../fixtures/programs/build.mjs'
import { readLinkage } from '../../../packages/core/src/elf/linkage.js'
import { rollout } from '../../../packages/core/src/survey/rollout.js'
import { resolveSysroot } from '../../../packages/core/src/sysroot/resolve.js'
import type { Sysroot } from '../../../packages/core/src/sysroot/sysroot.js'

tmp.setGracefulCleanup()
const directory = realpathSync(tmp.dirSync({ unsafeCleanup: true, prefix: 'glibc-matrix-rollout-' }).name)
const tree = join(directory, 'tree')
let old: Sysroot
let next: Sysroot

beforeAll(async () => {
  old = await resolveSysroot({ spec: 'debian:bullseye' }, { install: true })
  next = await resolveSysroot({ spec: 'debian:trixie' }, { install: true })
  await buildPrograms(tree, ['print-libc', 'print-libc-static', 'uses-strlcpy', 'uses-private'])
  compile(
    'brought',
    ['-shared', '-fPIC'],
    'extern unsigned long strlcpy(char *, const char *, unsigned long); int f(char *c) { return strlcpy(c, "", 1); }',
    next,
  )
  compile(
    'needs-brought',
    ['-Wl,-rpath,$ORIGIN', join(tree, 'brought')],
    'int f(char *); int main(void) { char c; return f(&c); }',
    old,
  )
  compile(
    'lonely.node',
    ['-shared', '-fPIC', '-Wl,--no-as-needed', library('libmissing.so.9')],
    'int g(void) { return 1; }',
    old,
  )
  mkdirSync(join(tree, 'sub'))
  cpSync(join(tree, 'uses-strlcpy'), join(tree, 'sub/addon.node'))
  writeFileSync(join(tree, 'sub/cut'), '\x7fELF', 'latin1')
  writeFileSync(join(tree, 'sub/text'), 'no ELF file')
})

/** Links with the sysroot's libc, so that a host with a newer one still makes programs for an old one. */
function compile(name: string, flags: readonly string[], text: string, { libc }: Sysroot): string {
  const source = join(directory, 'source.c')
  const out = join(tree, name)
  writeFileSync(source, text)
  const linked = ['-nodefaultlibs', libc.path, '-lgcc', '-Wl,--allow-shlib-undefined']
  const { status, stderr } = spawnSync('cc', ['-o', out, source, ...flags, ...linked], { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  return out
}

/** A library that is gone when it is looked for. */
function library(name: string): string {
  const path = join(directory, name)
  spawnSync('cc', ['-shared', '-nostdlib', `-Wl,-soname,${name}`, '-o', path, '-x', 'c', '/dev/null'])
  return path
}

function compared(from: Sysroot, to: Sysroot) {
  const options = {
    root: directory,
    programs: null,
    exclude: [],
    hostLibraries: 'allow',
    node: { path: process.execPath },
    host: null,
  } as const
  const { files, skipped } = rollout([tree], from, to, options)
  const outcomes = files.map(({ path, outcome }) => [path.slice(tree.length + 1), outcome])
  return {
    files,
    outcomes: Object.fromEntries(outcomes),
    skipped: skipped.map(({ path, code }) => [path.slice(tree.length + 1), code]),
  }
}

test('what runs on both, only on the new one, or breaks; both ways', () => {
  const expected = {
    brought: 'only-to',
    'lonely.node': 'both',
    'needs-brought': 'only-to',
    'print-libc': 'both',
    'sub/addon.node': 'only-to',
    'uses-private': 'breaks',
    'uses-strlcpy': 'only-to',
  }
  expect(compared(old, next).outcomes).toEqual(expected)
  const turned = { 'only-to': 'breaks', breaks: 'only-to', both: 'both' }
  expect(compared(next, old).outcomes).toEqual(
    Object.fromEntries(
      Object.entries(expected).map(([name, outcome]) => [name, turned[outcome as keyof typeof turned]]),
    ),
  )
  expect(compared(old, old).outcomes).toMatchObject({ 'uses-strlcpy': 'neither', 'uses-private': 'both' })
})

test('by symbol: of the file itself and of what it brings; what neither sysroot has is named', () => {
  const { files, skipped } = compared(old, next)
  const of = (name: string) => files.find(({ path }) => path === join(tree, name))
  expect(of('uses-private')?.to.lacks).toEqual([
    {
      symbol: '__libc_dlopen_mode',
      version: 'GLIBC_PRIVATE',
      library: 'libc.so.6',
      requiredBy: join(tree, 'uses-private'),
    },
  ])
  expect(of('needs-brought')?.from.lacks).toEqual([
    expect.objectContaining({ symbol: 'strlcpy', version: 'GLIBC_2.38', requiredBy: join(tree, 'brought') }),
  ])
  expect(of('lonely.node')).toMatchObject({
    from: { unseen: ['libmissing.so.9'] },
    to: { unseen: ['libmissing.so.9'] },
  })
  expect(skipped).toEqual([
    ['print-libc-static', 'static'],
    ['sub/cut', 'unread'],
  ])
})

test('a library that is in one sysroot alone leaves it undecided', () => {
  const fuller = join(directory, 'fuller')
  cpSync(old.path, fuller, { recursive: true, verbatimSymlinks: true })
  const lib = join(fuller, dirname(old.libc.path).slice(old.path.length))
  cpSync(join(directory, 'libmissing.so.9'), join(lib, 'libmissing.so.9'))
  const moved = JSON.parse(JSON.stringify(old).replaceAll(old.path, fuller)) as Sysroot
  expect(compared(moved, next).outcomes).toMatchObject({ 'lonely.node': 'undecided', 'print-libc': 'both' })
})

test('a symbol that moved from one library of glibc to another is no break', () => {
  const linked = readLinkage(join(tree, 'uses-strlcpy')).requires.map(({ name, version }) => `${name}@${version}`)
  expect(linked).toContain('strlcpy@GLIBC_2.38')
  const threads = compile(
    'threads',
    ['-Wl,--no-as-needed', join(dirname(old.libc.path), 'libpthread.so.0')],
    'int pthread_create(void *, void *, void *, void *); int main(void) { return pthread_create(0, 0, 0, 0); }',
    old,
  )
  expect(readLinkage(threads).requires).toContainEqual({
    name: 'pthread_create',
    version: 'GLIBC_2.2.5',
    library: 'libpthread.so.0',
  })
  expect(compared(old, next).outcomes.threads).toBe('both')
})

test('of musl, by symbols without versions; those of an addon’s own program are left out', async () => {
  const musl = await resolveSysroot({ spec: 'debian:bookworm+musl' }, { install: true })
  const older = await resolveSysroot({ spec: 'debian:bullseye+musl' }, { install: true })
  const at = join(directory, 'musl')
  await buildPrograms(at, ['print-libc', 'tells-libc-musl', 'uses-qsort-r'])
  writeFileSync(join(at, 'a.c'), 'void napi(void); void qsort_r(void); void f(void) { napi(); qsort_r(); }\n')
  const flags = ['-shared', '-fPIC', '-nostdlib', '-o', join(at, 'a.node'), join(at, 'a.c')]
  spawnSync('cc', [...flags, `-L${dirname(musl.loader)}`, '-l:libc.so'])
  writeFileSync(join(at, 'b.c'), 'void napi(void); int puts(const char *); void f(void) { napi(); puts(""); }\n')
  spawnSync('cc', [
    ...flags.slice(0, 4),
    join(at, 'b.node'),
    join(at, 'b.c'),
    `-L${dirname(musl.loader)}`,
    '-l:libc.so',
  ])
  const options = {
    root: at,
    programs: null,
    exclude: [],
    hostLibraries: 'refuse',
    node: { path: '/' },
    host: null,
  } as const
  const { files, skipped } = rollout([at], musl, older, options)
  const outcomes = files.map(({ path, outcome, to }) => [
    path.slice(at.length + 1),
    outcome,
    to.lacks.map((one) => one.version),
  ])
  expect(Object.fromEntries(outcomes.map(([path, ...rest]) => [path, rest]))).toEqual({
    'a.node': ['breaks', ['qsort_r']],
    'b.node': ['both', []],
    'tells-libc-musl': ['both', []],
    'uses-qsort-r': ['breaks', ['qsort_r']],
  })
  expect(skipped).toMatchObject([{ path: join(at, 'print-libc'), code: 'foreign-libc' }])
  expect(() => rollout([at], musl, next, options)).toThrow('a program is linked for one of the two')
})
