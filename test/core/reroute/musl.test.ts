import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { isMuslItself } from '../../../packages/core/src/elf/loader-names.js'
import { type PlanOptions, plan } from '../../../packages/core/src/reroute/plan.js'
import type { Sysroot } from '../../../packages/core/src/sysroot/sysroot.js'
import { scratch } from './programs.js'
import { planOptions, sysroot } from './sysroots.js'

const root = scratch()
const at = (path: string) => join(root, path)
let old: Sysroot
let current: Sysroot
let options: PlanOptions

beforeAll(async () => {
  old = await sysroot('debian:bullseye+musl')
  current = await sysroot('debian:bookworm+musl')
  options = await planOptions(root)
  mkdirSync(at('lib'))
  mkdirSync(at('other'))
})

/** A program or, by its name, a library of musl. */
function compile(path: string, source: string, flags: readonly string[] = []): string {
  const start = join(import.meta.dirname, '../../../fixtures/programs/musl-start.h')
  const kind = path.endsWith('.so')
    ? ['-shared', '-fPIC', `-Wl,-soname,${path.slice(path.lastIndexOf('/') + 1)}`]
    : ['-include', start, '-nostartfiles', `-Wl,--dynamic-linker=/lib/ld-musl-${current.machine}.so.1`]
  writeFileSync(at(`${path}.c`), source)
  const musl = ['-nostdlib', `-L${dirname(current.loader)}`, '-l:libc.so', '-Wl,--allow-shlib-undefined']
  execFileSync('cc', [...kind, '-fno-stack-protector', '-o', at(path), at(`${path}.c`), ...flags, ...musl])
  return at(path)
}

/** The verdict, after making sure that musl's own loader says the same. */
function agreed(file: string, sysroot: Sysroot, env: Record<string, string> = {}) {
  const decision = plan({ file, args: [file], cwd: root, env }, sysroot, options)
  if (decision.decision !== 'reroute') throw new Error(`${file}: ${decision.code}, ${decision.reason}`)
  const raw = spawnSync(sysroot.loader, ['--list', file], { env, cwd: root, encoding: 'utf8' })
  expect({ compatible: decision.verdict.compatible, raw: raw.stderr }).toMatchObject({
    compatible: raw.status === 0,
  })
  return decision
}

it('hands a search path on to what the libraries need, as glibc would not', () => {
  const deep = compile('lib/libdeep.so', 'int deep(void) { return 0; }')
  compile('lib/libown.so', 'int deep(void); int own(void) { return deep(); }', [deep])
  const flags = [`-L${at('lib')}`, '-lown', `-Wl,-rpath-link,${at('lib')}`]
  const source = 'int own(void); int main(void) { return own(); }'
  const runpath = ['-Wl,--enable-new-dtags', '-Wl,-rpath,$ORIGIN/lib']
  expect(agreed(compile('by-runpath', source, [...flags, ...runpath]), current).verdict.compatible).toBe(true)
  const bare = compile('bare', source, flags)
  expect(agreed(bare, current, { LD_LIBRARY_PATH: at('lib') }).verdict.compatible).toBe(true)
  expect(agreed(bare, current).reason).toContain(
    'needs libown.so, which debian:bookworm+musl (musl-1.2.3) lacks: put it beside the program',
  )
})

it('puts LD_LIBRARY_PATH before the program’s own paths', () => {
  compile('other/libvalue.so', 'int other(void) { return 1; }')
  const value = compile('lib/libvalue.so', 'int value(void) { return 0; }')
  const program = compile('value', 'int value(void); int main(void) { return value(); }', [
    ...[`-L${at('lib')}`, '-lvalue', '-Wl,--disable-new-dtags', `-Wl,-rpath,${dirname(value)}`],
  ])
  expect(agreed(program, current).verdict.compatible).toBe(true)
  const decision = agreed(program, current, { LD_LIBRARY_PATH: at('other') })
  expect(decision.verdict).toMatchObject({ compatible: false, missing: [{ version: 'value' }] })
})

it('goes by symbols where glibc has versions, weak ones excepted', () => {
  const strong = compile('strong', 'void qsort_r(void); int main(void) { qsort_r(); return 0; }')
  const weak = compile('weak', '__attribute__((weak)) void qsort_r(void); int main(void) { return qsort_r != 0; }')
  expect(agreed(strong, current).verdict.compatible).toBe(true)
  expect(agreed(strong, old).verdict.missing).toEqual([{ version: 'qsort_r', library: 'libc.so', requiredBy: strong }])
  expect(agreed(weak, old).verdict.compatible).toBe(true)
})

it.each([
  ['libc.so', true],
  ['libc.so.6', true],
  ['libc.musl-x86_64.so.1', true],
  ['libpthread.so.0', true],
  ['libm.so.6', true],
  ['libmagic.so.1', false],
  ['libcrypt.so.1', false],
  ['libz.so.1', false],
])('%s is a part of musl: %s', (name, expected) => {
  expect(isMuslItself(name)).toBe(expected)
})

it('nothing of the host comes into its column', async () => {
  const directory = options.host?.libraryPath.find((path) => /-linux-gnu/.test(path)) as string
  const program = compile('asks-host', 'int main(void) { return 0; }', [
    ...['-Wl,--no-as-needed', `-Wl,-rpath,${directory}`, join(directory, 'libgcc_s.so.1')],
  ])
  const decision = plan({ file: program, args: [program], cwd: root, env: {} }, current, options)
  expect(decision).toMatchObject({ verdict: { compatible: false, missingLibraries: [{ soname: 'libgcc_s.so.1' }] } })
})
