import { execFileSync, spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { buildPrograms } from '../../../fixtures/programs/build.mjs'
import { resolveSysroot } from '../../../packages/core/src/sysroot/resolve.js'
import type { Sysroot } from '../../../packages/core/src/sysroot/sysroot.js'
import { glibcMatrix, temporaryDirectory } from './command.js'

const directory = temporaryDirectory()
let programs: Readonly<Record<string, string>>
let old: Sysroot
let current: Sysroot

beforeAll(async () => {
  old = await resolveSysroot({ spec: 'debian:bullseye+musl' }, { install: true })
  current = await resolveSysroot({ spec: 'debian:bookworm+musl' }, { install: true })
  const musl = [
    'tells-libc-musl',
    'starts-program-musl',
    'starts-oddly-musl',
    'print-process-musl',
    'uses-qsort-r',
    'names-itself-musl',
    'opens-library-musl',
  ]
  programs = await buildPrograms(directory, [
    ...musl,
    'tells-libc',
    'tells-libc-static',
    'starts-program',
    'opens-library',
  ])
})

interface Column {
  readonly name: string
  readonly glibc: string
  readonly state: string
  readonly reason?: string
  readonly exitCode: number | null
  readonly records: readonly { readonly program: string; readonly libc: readonly string[]; readonly strategy: string }[]
}

let logs = 0

/** Runs a command in columns; LOG in it is a file that `tells-libc` appends to, whose lines come back. */
async function run(sysroots: string, command: readonly string[], flags: readonly string[] = []) {
  logs += 1
  const log = join(directory, `log-${logs}`)
  writeFileSync(log, '')
  const words = command.map((word) => word.replaceAll('LOG', log))
  const outcome = await glibcMatrix(['run', '--json', ...flags, '--sysroot', sysroots, '--', ...words], {
    cwd: directory,
  })
  const { columns } = JSON.parse(outcome.stdout) as { columns: Column[] }
  const told = readFileSync(log, 'utf8').trim().split('\n').filter(Boolean)
  return { ...outcome, columns, told, only: columns[0] as Column }
}

/** What `tells-libc` says by itself on a sysroot's libc. */
function word({ libc }: Sysroot): string {
  return `ran musl ${statSync(libc.path).ino}:${libc.path}`
}

const p = (name: string) => programs[name] as string

describe('a sysroot of musl', () => {
  test('is told by its files: version, loader, libc in one', () => {
    expect([old.glibc, current.glibc]).toEqual(['musl-1.2.2', 'musl-1.2.3'])
    expect(current).toMatchObject({ musl: true, loader: current.libc.path, packages: [{ name: 'musl' }] })
    expect(current.loaderOptions.toSorted()).toEqual(['--argv0', '--library-path', '--list', '--preload'])
  })

  test('may be a root, a prefix or a loader of the user’s', async () => {
    const name = `ld-musl-${current.machine}.so.1`
    const prefix = join(directory, 'prefix')
    mkdirSync(join(prefix, 'lib'), { recursive: true })
    copyFileSync(current.loader, join(prefix, 'lib/libc.so'))
    symlinkSync('libc.so', join(prefix, `lib/${name}`))
    for (const spec of [`musl:${prefix}`, `musl:${prefix}/lib/${name}`, `dir:${prefix}`]) {
      const { only, told } = await run(spec, [p('tells-libc-musl'), 'LOG'])
      expect({ spec, only, told }).toMatchObject({
        only: { state: 'pass', glibc: 'musl-1.2.3', records: [{ libc: [join(prefix, 'lib/libc.so')] }] },
        told: [expect.stringContaining(`:${prefix}/lib/libc.so`)],
      })
    }
  })

  test('is refused where there is none, and as the machine’s own root', async () => {
    for (const path of [directory, '/', join(directory, 'nowhere')]) {
      const { exitCode, stderr } = await glibcMatrix(['run', '--sysroot', `musl:${path}`, '--', p('tells-libc-musl')])
      expect(exitCode).toBe(1)
      expect(stderr).toMatch(/SYSROOT_(INVALID|NOT_FOUND)/)
    }
  })
})

describe('a program of musl in its column', () => {
  test.each(['loader', 'patch', 'namespace'])(
    'by %s: proven by the very file, as the program itself sees it',
    async (strategy) => {
      const { columns, told, exitCode } = await run(
        'debian:bullseye+musl,debian:bookworm+musl',
        [p('tells-libc-musl'), 'LOG'],
        ['--strategy', strategy],
      )
      expect(columns).toMatchObject([
        { name: 'musl-1.2.2', state: 'pass', records: [{ libc: [old.libc.path], strategy }] },
        { name: 'musl-1.2.3', state: 'pass', records: [{ libc: [current.libc.path], strategy }] },
      ])
      expect(told).toEqual([word(old), word(current)])
      expect(exitCode).toBe(0)
    },
  )

  test('with what it starts in turn, in every way', async () => {
    const ways = ['system', 'popen', 'posix_spawn', 'execv', 'execle', 'execvp', 'fork', 'vfork']
    const said = join(directory, 'said')
    const script = join(directory, 'say')
    writeFileSync(said, '')
    writeFileSync(script, `#!/bin/sh\nexec ${p('tells-libc-musl')} ${said}\n`, { mode: 0o755 })
    const each = ways.map((way) => `${p('starts-program-musl')} ${way} ${script}`)
    const { only } = await run('debian:bookworm+musl', ['sh', '-c', each.join(' && ')])
    expect(only).toMatchObject({ state: 'pass', exitCode: 0 })
    expect(only.records.map(({ libc }) => libc)).toEqual(ways.flatMap(() => [[current.libc.path], [current.libc.path]]))
    expect(readFileSync(said, 'utf8')).toBe(`${word(current)}\n`.repeat(ways.length))
  })

  test('below shells, env -i and a cleared environment', async () => {
    const command = `env -i ${p('starts-oddly-musl')} clear ${p('tells-libc-musl')} LOG && sh -c 'exec ${p('tells-libc-musl')} LOG'`
    const { only, told } = await run('debian:bookworm+musl', ['sh', '-c', command])
    expect(only).toMatchObject({ state: 'pass', exitCode: 0 })
    expect(told).toEqual([word(current), word(current)])
  })

  test('has its own names: argv, comm, environ, /proc/self/exe', async () => {
    const environ = { PATH: process.env.PATH ?? '', ONE: '1' }
    const { stderr } = await glibcMatrix(
      [
        'run',
        '--json',
        '--sysroot',
        'debian:bookworm+musl',
        '--',
        'sh',
        '-c',
        `exec env -i ONE=1 ${p('print-process-musl')}`,
      ],
      { env: environ },
    )
    expect(stderr).toContain(`comm=${basename(p('print-process-musl')).slice(0, 15)}\n`)
    expect(stderr.match(/^environ=.*$/gm)).toEqual(['environ=ONE=1'])
  })

  test.each(['loader', 'patch'])('knows itself by its own path, whatever its argv[0]: %s', async (strategy) => {
    const flags = ['--json', '--strategy', strategy, '--sysroot', 'debian:bookworm+musl']
    const { stderr } = await glibcMatrix(['run', ...flags, '--', './names-itself-musl', 'one', 'two words'], {
      cwd: directory,
    })
    const path = p('names-itself-musl')
    expect(stderr.split('\n').filter((line) => line.includes('='))).toEqual([
      ...['argv=./names-itself-musl', 'argv=one', 'argv=two words', 'invocation=./names-itself-musl'],
      ...[`execfn=${path}`, `exe=${path}`, `listed=${path}`, `dladdr=${path}`],
      'cmdline=./names-itself-musl one two words ',
    ])
  })

  test('a LD_PRELOAD of the caller stays', async () => {
    const library = join(directory, 'libcounts.so')
    writeFileSync(
      join(directory, 'counts.c'),
      'long write(int, const void *, unsigned long);\n__attribute__((constructor)) static void c(void) { write(2, "preloaded\\n", 10); }\n',
    )
    execFileSync('cc', ['-shared', '-fPIC', '-nostdlib', '-o', library, join(directory, 'counts.c')])
    const script = `LD_PRELOAD=${library} ${p('starts-program-musl')} fork ${p('tells-libc-musl')}`
    const { only, stderr } = await run('debian:bookworm+musl', ['sh', '-c', script])
    expect(only.state).toBe('pass')
    expect(stderr.match(/^preloaded$/gm)).toHaveLength(2)
  })
})

describe('no tick', () => {
  test.each(['raw', 'no-argv', 'memfd'])(
    'where the program is started by a way that nobody follows: %s',
    async (way) => {
      const { only } = await run('debian:bookworm+musl', [p('starts-oddly-musl'), way, p('tells-libc-musl'), 'LOG'])
      expect(['unproven', 'fail']).toContain(only.state)
    },
  )

  test('for a static program, which brings its libc along', async () => {
    const { only } = await run('debian:bookworm+musl', [p('tells-libc-static')])
    expect(only.state).toBe('unproven')
  })

  test('for a program of musl in a column of glibc, in words, whoever starts it', async () => {
    for (const command of [
      [p('tells-libc-musl'), 'LOG'],
      ['sh', '-c', `${p('tells-libc-musl')} LOG; true`],
      [p('starts-program'), 'fork', p('tells-libc-musl')],
    ]) {
      const { columns, exitCode } = await run('debian:bullseye', command)
      expect(columns).toMatchObject([
        {
          state: 'incompatible',
          reason: expect.stringMatching(/is linked to musl.*debian:bullseye is glibc 2\.31.*column of musl/),
        },
      ])
      expect(exitCode).not.toBe(0)
    }
  })

  test('for a program of glibc in a column of musl, in words, whoever starts it', async () => {
    for (const command of [
      [p('tells-libc'), 'LOG'],
      ['sh', '-c', `${p('tells-libc')} LOG; true`],
      [p('starts-program-musl'), 'posix_spawn', p('tells-libc')],
    ]) {
      const { columns, exitCode } = await run('debian:bookworm+musl', command)
      expect(columns).toMatchObject([
        { state: 'incompatible', reason: expect.stringMatching(/is linked to glibc.*debian:bookworm\+musl is musl/) },
      ])
      expect(exitCode).not.toBe(0)
    }
  })

  test('where this machine has no loader for it either: red, and the other columns run', async () => {
    const program = join(directory, 'elsewhere')
    const bytes = readFileSync(p('tells-libc-musl'))
    bytes.write(`/opt/ld-musl-${current.machine}.so.1\0`, bytes.indexOf('/lib/ld-musl'), 'latin1')
    writeFileSync(program, bytes, { mode: 0o755 })
    const { columns, told } = await run('host,debian:bookworm+musl', [program, 'LOG'])
    expect(columns).toMatchObject([{ name: 'host', state: 'incompatible', exitCode: null }, { state: 'pass' }])
    expect(told).toEqual([word(current)])
    const below = await run('debian:bullseye', ['sh', '-c', `${program} LOG; ${p('tells-libc')}`])
    expect(below.only).toMatchObject({ state: 'incompatible', reason: expect.stringContaining('is linked to musl') })
  })

  test('for a symbol that this musl does not have yet, as its loader says', async () => {
    const { columns } = await run('debian:bullseye+musl,debian:bookworm+musl', [p('uses-qsort-r')])
    expect(columns).toMatchObject([
      {
        state: 'incompatible',
        reason: expect.stringContaining(
          'needs qsort_r of libc.so, which debian:bullseye+musl (musl-1.2.2) does not define',
        ),
      },
      { state: 'pass' },
    ])
    const raw = spawnSync(old.loader, [p('uses-qsort-r')], { encoding: 'utf8' })
    expect(raw).toMatchObject({ status: 127, stderr: expect.stringContaining('qsort_r: symbol not found') })
  })

  test('but where a library asks for glibc, and musl answers with itself', async () => {
    writeFileSync(join(directory, 'plain.c'), 'int unused;\n')
    const glibc = await resolveSysroot({ spec: 'debian:bullseye' }, { install: true })
    const library = join(directory, 'libplain.so')
    execFileSync('cc', [
      ...['-shared', '-fPIC', '-nostdlib', '-o', library, join(directory, 'plain.c')],
      ...['-Wl,--no-as-needed', glibc.libc.path],
    ])
    // musl answers NEEDED libc.so.6 with itself.
    expect((await run('debian:bookworm+musl', [p('opens-library-musl'), 'dlopen', library])).only.state).toBe('pass')
  })

  test('for a musl that a program of glibc opens', async () => {
    const { only } = await run('debian:bullseye', [p('opens-library'), 'dlopen', current.libc.path, '_exit'])
    expect(only).toMatchObject({ state: 'fail', reason: expect.stringContaining('is not the libc of 2.31') })
  })

  test('for a symbol that only our own objects have', async () => {
    const at = (name: string) => join(directory, name)
    writeFileSync(at('stub.c'), 'void dlvsym(void) {}\n')
    execFileSync('cc', ['-shared', '-fPIC', '-nostdlib', '-Wl,-soname,libm.so', '-o', at('libstub.so'), at('stub.c')])
    writeFileSync(
      at('asks.c'),
      'void dlvsym(void *, const char *, const char *);\nint main(void) { dlvsym(0, "malloc", "GLIBC_2.2.5"); return 0; }\n',
    )
    const start = join(import.meta.dirname, '../../../fixtures/programs/musl-start.h')
    execFileSync('cc', [
      ...[
        '-include',
        start,
        '-fno-stack-protector',
        '-nostdlib',
        '-nostartfiles',
        '-o',
        at('asks'),
        at('asks.c'),
        at('libstub.so'),
      ],
      ...[`-L${dirname(current.loader)}`, '-l:libc.so', `-Wl,--dynamic-linker=/lib/ld-musl-${current.machine}.so.1`],
    ])
    const { only } = await run('debian:bookworm+musl', [at('asks')])
    expect(only).toMatchObject({
      state: 'incompatible',
      exitCode: 127,
      reason: expect.stringContaining('needs dlvsym'),
    })
  })
})

test('explain shows the command by hand, and it works', async () => {
  const { stdout } = await glibcMatrix(['explain', '--json', '--sysroot', 'debian:bookworm+musl', p('tells-libc-musl')])
  const { argv, compatible } = JSON.parse(stdout) as { argv: [string, ...string[]]; compatible: boolean }
  expect(compatible).toBe(true)
  const [file, ...args] = argv
  expect(execFileSync(file, args, { encoding: 'utf8' })).toBe(`${word(current)}\n`)
})

test('inspect tells whose program it is', async () => {
  const { stdout } = await glibcMatrix(['inspect', '--json', p('tells-libc-musl'), p('tells-libc')])
  expect(JSON.parse(stdout)).toMatchObject([
    { libc: 'musl', floor: null },
    { libc: 'glibc', floor: { glibc: expect.any(String) } },
  ])
})

test('a copy that is patched to run on one for good runs in another’s column there', async () => {
  const out = join(directory, 'patched')
  const patched = await glibcMatrix(['patch', p('tells-libc-musl'), out, '--sysroot', 'debian:bullseye+musl'])
  expect(patched).toMatchObject({ exitCode: 0 })
  expect(execFileSync(out, { encoding: 'utf8' })).toBe(`${word(old)}\n`)
  const { only, told } = await run('debian:bookworm+musl', ['sh', '-c', `${out} LOG && exec ${out} LOG`])
  expect(only).toMatchObject({ state: 'pass' })
  expect(told).toEqual([word(current), word(current)])
})

test('libraries that it lacks come from another root of musl, and none from a glibc', async () => {
  const at = (path: string) => join(directory, path)
  mkdirSync(at('lender/lib'), { recursive: true })
  copyFileSync(current.loader, at(`lender/lib/ld-musl-${current.machine}.so.1`))
  writeFileSync(at('plus.c'), 'int plus(void) { return 0; }\n')
  writeFileSync(at('asks-plus.c'), 'int plus(void);\nint main(void) { return plus(); }\n')
  const start = join(import.meta.dirname, '../../../fixtures/programs/musl-start.h')
  const musl = ['-fno-stack-protector', '-nostdlib', `-L${dirname(current.loader)}`]
  const name = 'lender/lib/libplus.so.1'
  const soname = '-Wl,-soname,libplus.so.1'
  execFileSync('cc', [
    '-shared',
    '-fPIC',
    '-o',
    at(name),
    at('plus.c'),
    soname,
    ...musl,
    '-Wl,--no-as-needed',
    '-l:libc.so',
  ])
  execFileSync('cc', [
    ...['-include', start, '-nostartfiles', '-o', at('asks-plus'), at('asks-plus.c'), at(name), ...musl, '-l:libc.so'],
    `-Wl,--dynamic-linker=/lib/ld-musl-${current.machine}.so.1`,
  ])
  const lacking = await run('debian:bookworm+musl', [at('asks-plus')])
  expect(lacking.only).toMatchObject({ state: 'incompatible', reason: expect.stringContaining('needs libplus.so.1') })
  const lent = await run('debian:bookworm+musl', [at('asks-plus')], ['--with', `musl:${at('lender')}`])
  expect(lent.only).toMatchObject({ state: 'pass', records: [{ libc: [current.libc.path] }] })
  const words = ['--sysroot', 'debian:bookworm+musl', '--with', 'debian:bullseye', '--', at('asks-plus')]
  const refused = await glibcMatrix(['run', ...words])
  expect(refused.stderr).toMatch(/COMPANIONS_REFUSED.*beside musl-1\.2\.3.*is for glibc/)
})
