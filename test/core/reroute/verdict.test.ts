import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Verdict } from '../../../packages/core/src/reroute/decision.js'
import { type PlanOptions, plan } from '../../../packages/core/src/reroute/plan.js'
import type { Sysroot } from '../../../packages/core/src/sysroot/sysroot.js'
import { compile, library, oldFlags, oldMain, scratch, versionScript } from './programs.js'
import { planOptions, rawList, suites, sysroot } from './sysroots.js'

const root = scratch()
const at = (path: string) => join(root, path)
const caller = `${oldMain.replace('puts("hello")', 'puts("hello"); own()').replace('void start', 'extern int own(void); void start')}`
const own = 'int own(void){return 1;}'

let bullseye: Sysroot
let bookworm: Sysroot
let options: PlanOptions

beforeAll(async () => {
  bullseye = await sysroot('debian:bullseye')
  bookworm = await sysroot('debian:bookworm')
  options = await planOptions(root)
})

function verdictOf(
  file: string,
  sysroot: Sysroot,
  env: Record<string, string> = {},
  more: Partial<PlanOptions> = {},
  cwd = root,
): Verdict & { reason: string } {
  const decision = plan({ file, args: [file], cwd, env }, sysroot, { ...options, ...more })
  if (decision.decision !== 'reroute') throw new Error(`${file}: ${decision.code}, ${decision.reason}`)
  return { ...decision.verdict, reason: decision.reason }
}

/** The verdict, after making sure that ld.so says the same. */
function agreed(file: string, sysroot: Sysroot, env: Record<string, string> = {}, cwd = root) {
  const verdict = verdictOf(file, sysroot, env, {}, cwd)
  const raw = rawList(sysroot, file, env, cwd)
  expect({ file, env, compatible: verdict.compatible }, raw.output).toEqual({ file, env, compatible: raw.loads })
  return verdict
}

/** Sets VER_FLG_WEAK in the Vernaux of a version: its hash (gABI, elf_hash) stands right before the flags. */
function weaken(file: string, version: string): void {
  const hash = [...Buffer.from(version)].reduce((sum, byte) => {
    const shifted = sum * 16n + BigInt(byte)
    return (shifted ^ ((shifted >> 24n) & 0xf0n)) & 0x0fffffffn
  }, 0n)
  const bytes = readFileSync(file)
  const needle = Buffer.alloc(6)
  needle.writeUInt32LE(Number(hash))
  const places = [bytes.indexOf(needle), bytes.lastIndexOf(needle)]
  expect(places[0], `one Vernaux of ${version}`).toBe(places[1])
  bytes.writeUInt16LE(2, (places[0] ?? -1) + 4)
  writeFileSync(file, bytes)
}

describe('versions', () => {
  it('a program of this machine needs what an old libc does not define', () => {
    const file = compile(at('new'), 'int main(){return 0;}')
    expect(agreed(file, bookworm)).toMatchObject({ compatible: true, missing: [] })
    expect(agreed(file, bullseye)).toMatchObject({
      compatible: false,
      missing: [{ version: 'GLIBC_2.34', library: 'libc.so.6', requiredBy: file }],
      reason: 'needs GLIBC_2.34 of libc.so.6, which debian:bullseye (2.31) does not define',
    })
  })

  it('a weak need is never missing', () => {
    const file = compile(at('weak'), 'int main(){return 0;}')
    expect(agreed(file, bullseye).compatible).toBe(false)
    weaken(file, 'GLIBC_2.34')
    expect(agreed(file, bullseye)).toMatchObject({ compatible: true, missing: [] })
  })

  it('a library of the project that defines too old a version is named', () => {
    const build = (version: string, directory: string) => {
      mkdirSync(at(directory), { recursive: true })
      return library(at(`${directory}/libown.so`), own, [
        versionScript(at(directory), `${version} { own; };`),
        '-Wl,-soname,libown.so',
      ])
    }
    const fresh = build('OWN_2', 'fresh')
    build('OWN_1', 'stale')
    const file = compile(at('versioned'), caller, [...oldFlags, fresh])
    expect(agreed(file, bullseye, { LD_LIBRARY_PATH: at('fresh') })).toMatchObject({ compatible: true })
    expect(agreed(file, bullseye, { LD_LIBRARY_PATH: at('stale') })).toMatchObject({
      missing: [{ version: 'OWN_2', library: 'libown.so', requiredBy: file }],
    })
  })

  it('a library without any definition is only warned of', () => {
    mkdirSync(at('unversioned'), { recursive: true })
    library(at('unversioned/libown.so'), own, ['-Wl,-soname,libown.so'])
    expect(agreed(at('versioned'), bullseye, { LD_LIBRARY_PATH: at('unversioned') })).toMatchObject({
      compatible: true,
    })
  })

  it('a need of a library of the closure counts as the program’s', () => {
    mkdirSync(at('needy'), { recursive: true })
    const source = 'extern int pthread_key_create(void*, void*); int own(void){return pthread_key_create(0, 0);}'
    library(at('needy/libown.so'), source, ['-Wl,-soname,libown.so'])
    const file = compile(at('needs-needy'), caller, [...oldFlags, at('needy/libown.so')])
    expect(agreed(file, bullseye, { LD_LIBRARY_PATH: at('needy') })).toMatchObject({
      missing: [{ version: 'GLIBC_2.34', library: 'libc.so.6', requiredBy: at('needy/libown.so') }],
      reason: 'libown.so needs GLIBC_2.34 of libc.so.6, which debian:bullseye (2.31) does not define',
    })
  })
})

describe('where ld.so looks', () => {
  const link = (name: string, ...flags: string[]) =>
    compile(at(name), caller, [...oldFlags, at('lib/libown.so'), ...flags])
  beforeAll(() => {
    mkdirSync(at('lib'), { recursive: true })
    library(at('lib/libown.so'), own, ['-Wl,-soname,libown.so'])
  })

  it('nowhere: the library is missing, and the message names `packages`', () => {
    const file = link('bare')
    expect(agreed(file, bookworm)).toMatchObject({
      compatible: false,
      missingLibraries: [{ soname: 'libown.so', requiredBy: file, refused: null }],
      reason: "needs libown.so, which debian:bookworm (2.36) lacks: add its package to the sysroot's `packages`",
    })
  })

  it('a missing library that was built since is seen', () => {
    const file = link('later')
    mkdirSync(at('built'), { recursive: true })
    const env = { LD_LIBRARY_PATH: at('built') }
    expect(agreed(file, bookworm, env).compatible).toBe(false)
    copyFileSync(at('lib/libown.so'), at('built/libown.so'))
    expect(agreed(file, bookworm, env).compatible).toBe(true)
  })

  it.each([
    ['runpath', ['-Wl,--enable-new-dtags,-rpath,$ORIGIN/lib']],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a token of ld.so
    ['runpath-braces', ['-Wl,--enable-new-dtags,-rpath,/nonexistent:${ORIGIN}/lib']],
    ['rpath', ['-Wl,--disable-new-dtags,-rpath,$ORIGIN/lib']],
    ['rpath-elsewhere', ['-Wl,--disable-new-dtags,-rpath,$ORIGIN/nowhere']],
    ['lib-token', ['-Wl,--enable-new-dtags,-rpath,$ORIGIN/$LIB']],
  ])('%s', (name, flags) => {
    expect(agreed(link(name, ...flags), bookworm).compatible).toBe(!/elsewhere|token/.test(name))
  })

  it('$LIB is the directory that the sysroot’s loader was built for', () => {
    mkdirSync(at(`lib/${bookworm.machine}-linux-gnu`), { recursive: true })
    copyFileSync(at('lib/libown.so'), at(`lib/${bookworm.machine}-linux-gnu/libown.so`))
    expect(agreed(at('lib-token'), bookworm).compatible).toBe(true)
  })

  it.each([
    ['relative', 'lib'],
    ['empty element', '/nonexistent:'],
    ['semicolons', '/nonexistent;lib'],
    ['$ORIGIN of the program', '$ORIGIN/lib'],
    ['empty', ''],
  ])('LD_LIBRARY_PATH: %s', (_, LD_LIBRARY_PATH) => {
    const file = link('by-variable')
    const results = [root, at('lib')].map((cwd) => agreed(file, bookworm, { LD_LIBRARY_PATH }, cwd).compatible)
    expect(results.some((compatible) => compatible)).toBe(LD_LIBRARY_PATH !== '')
  })

  it('a DT_RPATH of the program serves its libraries too, a DT_RUNPATH does not', () => {
    mkdirSync(at('deep'), { recursive: true })
    library(at('deep/libown.so'), 'extern int leaf(void); int own(void){return leaf();}', ['-Wl,-soname,libown.so'])
    library(at('deep/libleaf.so'), 'int leaf(void){return 1;}', ['-Wl,-soname,libleaf.so'])
    library(at('deep/libown.so'), 'extern int leaf(void); int own(void){return leaf();}', [
      '-Wl,-soname,libown.so',
      at('deep/libleaf.so'),
    ])
    const build = (name: string, tags: string) =>
      compile(at(name), caller, [
        ...oldFlags,
        at('deep/libown.so'),
        `-Wl,${tags},-rpath,$ORIGIN/deep,-rpath-link,${at('deep')}`,
      ])
    expect(agreed(build('deep-rpath', '--disable-new-dtags'), bookworm).compatible).toBe(true)
    expect(agreed(build('deep-runpath', '--enable-new-dtags'), bookworm)).toMatchObject({
      missingLibraries: [{ soname: 'libleaf.so', requiredBy: at('deep/libown.so') }],
    })
  })

  it('a NEEDED with a slash is a path', () => {
    library(at('lib/libpath.so'), own)
    const file = compile(at('by-path'), caller, [...oldFlags, at('lib/libpath.so')])
    expect(agreed(file, bookworm)).toMatchObject({ compatible: true, missingLibraries: [] })
  })

  it('libraries of another machine are passed over, what is no ELF file stops ld.so', () => {
    const file = link('garbage')
    mkdirSync(at('text'), { recursive: true })
    copyFileSync('/etc/passwd', at('text/libown.so'))
    const LD_LIBRARY_PATH = `${at('text')}:${at('lib')}`
    expect(agreed(file, bookworm, { LD_LIBRARY_PATH })).toMatchObject({
      missingLibraries: [{ soname: 'libown.so', refused: expect.stringContaining('invalid ELF header') }],
    })
  })

  it('LD_PRELOAD counts: its needs must be met, but it need not be there', () => {
    const file = link('preloading', '-Wl,-rpath,$ORIGIN/lib')
    expect(agreed(file, bullseye, { LD_PRELOAD: '/nonexistent.so' }).compatible).toBe(true)
    expect(agreed(file, bullseye, { LD_PRELOAD: at('needy/libown.so') }).missing).toMatchObject([
      { version: 'GLIBC_2.34' },
    ])
  })
})

describe('libraries of the host', () => {
  const zlib = 'extern const char *zlibVersion(void); int main(){return !zlibVersion();}'
  const hostZlib = () => {
    const directory = options.host?.libraryPath.find((path) => readdirSync(path).includes('libz.so.1'))
    return join(directory ?? 'libz.so.1 of the machine is needed by this test', 'libz.so.1')
  }
  const needsZlib = (name: string) => compile(at(name), zlib, [hostZlib()])

  it('one is lent when the sysroot meets its needs', () => {
    expect(agreed(needsZlib('zlib'), bookworm)).toMatchObject({
      compatible: true,
      hostLibraries: [{ soname: 'libz.so.1', path: expect.stringContaining('/libz.so.1') }],
      reason: 'the host lends libz.so.1; all else is there',
    })
  })

  it("hostLibraries: 'refuse' forbids it", () => {
    expect(verdictOf(needsZlib('zlib-refused'), bookworm, {}, { hostLibraries: 'refuse' })).toMatchObject({
      compatible: false,
      hostLibraries: [],
      missingLibraries: [{ soname: 'libz.so.1', refused: "hostLibraries: 'refuse'" }],
      reason: expect.stringContaining('`packages`'),
    })
  })

  it('one whose own needs are not met is refused by name', () => {
    mkdirSync(at('host'), { recursive: true })
    library(
      at('host/libnew.so.1'),
      'extern int pthread_key_create(void*, void*); int own(void){return pthread_key_create(0,0);}',
      ['-Wl,-soname,libnew.so.1'],
    )
    const file = compile(at('needs-new'), caller, [...oldFlags, at('host/libnew.so.1')])
    const host = { ...(options.host as Sysroot), libraryPath: [at('host'), ...(options.host?.libraryPath ?? [])] }
    expect(verdictOf(file, bookworm, {}, { host }).hostLibraries).toMatchObject([{ soname: 'libnew.so.1' }])
    expect(verdictOf(file, bullseye, {}, { host })).toMatchObject({
      compatible: false,
      missingLibraries: [
        {
          refused: "the host's libnew.so.1 needs GLIBC_2.34 of libc.so.6, which debian:bullseye (2.31) does not define",
        },
      ],
    })
  })

  it('what belongs to a libc never comes from the host, not even by LD_LIBRARY_PATH', () => {
    const file = compile(at('runtime'), caller, [...oldFlags, at('lib/libown.so'), '-Wl,-rpath,$ORIGIN/lib'])
    const LD_LIBRARY_PATH = options.host?.libraryPath.join(':') ?? ''
    expect(verdictOf(file, bullseye, { LD_LIBRARY_PATH })).toMatchObject({ compatible: true, hostLibraries: [] })
    const bare = { ...bookworm, libraryPath: [] }
    expect(verdictOf(file, bare)).toMatchObject({
      compatible: false,
      missingLibraries: [{ soname: 'libc.so.6', refused: expect.stringContaining('belongs to a libc') }],
    })
  })

  it('a libc that a NEEDED names by path is left to the evidence, and not lent', () => {
    const libc = join(options.host?.libraryPath[0] ?? '', 'libc.so.6')
    const source = library(at('libnamed.so'), own, [`-Wl,-soname,${libc}`])
    const file = compile(at('names-libc'), caller, [...oldFlags, source])
    expect(verdictOf(file, bookworm)).toMatchObject({ compatible: true, hostLibraries: [] })
  })

  it("the host's own column searches as the host does and lends nothing", () => {
    expect(verdictOf(at('zlib'), options.host as Sysroot)).toMatchObject({ compatible: true, hostLibraries: [] })
  })
})

describe("the machine's own programs", () => {
  const tied = /^\s*(libgomp|libatomic|libquadmath|libgcc_s|libstdc\+\+)\.so\.\d+ => (\S+)/gm
  const names = readdirSync('/usr/bin').sort()
  const step = Math.max(1, Math.floor(names.length / 60))
  const sample = names.filter((_, index) => index % step === 0).map((name) => join('/usr/bin', name))

  it.each([...suites, 'host'])('get the verdict of raw ld.so in %s', async (spec) => {
    const column = await sysroot(spec)
    const counts = await planOptions(root, { programs: ['/**'] })
    const compared = sample.flatMap((file) => {
      const decision = plan({ file, args: [file], cwd: '/', env: {} }, column, counts)
      if (decision.decision !== 'reroute' || decision.code !== 'native') return []
      const raw = rawList(column, decision.program)
      const fromHost = [...raw.output.matchAll(tied)].some(([, , path]) => !path?.startsWith(column.path))
      return [{ file, ours: decision.verdict.compatible, rawLoads: raw.loads && !fromHost }]
    })
    expect(compared.length).toBeGreaterThan(20)
    expect(compared.filter(({ ours, rawLoads }) => ours !== rawLoads)).toEqual([])
  })
})
