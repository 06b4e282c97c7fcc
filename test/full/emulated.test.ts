import { execFileSync } from 'node:child_process'
import { copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { buildPrograms } from '../../fixtures/programs/build.mjs'
import { describeShim } from '../core/shim-file.js'
import { resolveSysroot } from '../e2e/traps/built.js'
import { temporaryDirectory } from './directory.js'
import { arm64, compileFor, machines } from './emulated/machines.js'
import { runIn } from './emulated/run.js'

// A store of its own: the user's, where each name means one sysroot, gets none of another machine.
process.env.GLIBC_MATRIX_HOME ??= temporaryDirectory('emulated-home')
execFileSync('node', [fileURLToPath(new URL('../../packages/native/build.mjs', import.meta.url)), '--all'])
for (const arch of ['arm64', 's390x', 'riscv64', 'arm', 'ia32']) describeShim(arch)

const ways = ['system', 'popen', 'posix_spawn', 'execv', 'execl', 'execle', 'execvp', 'fork', 'vfork']

describe.each(machines)('$spec', (machine) => {
  let directory: string
  let libc: string
  const run = (...command: string[]) => runIn([machine.spec], directory, command)

  beforeAll(async () => {
    directory = await compileFor(machine, 'tells-libc', 'starts-program', 'starts-oddly', 'opens-library')
    libc = (await resolveSysroot({ spec: machine.spec }, { install: true })).libc.path
    writeFileSync(join(directory, 'script.sh'), '#!/bin/sh\n./tells-libc\n', { mode: 0o755 })
    copyFileSync(
      (await buildPrograms(temporaryDirectory('own'), ['tells-libc']))['tells-libc'] as string,
      join(directory, 'own'),
    )
  })

  it('a program runs, and reports the one libc that it says it runs on', async () => {
    const { column, stderr } = await run('./tells-libc')
    expect(column).toMatchObject({ state: 'pass', exitCode: 0 })
    expect(column?.records.map(({ proof, libc }) => [proof, libc])).toEqual([['mapped', [libc]]])
    expect(stderr).toMatch(new RegExp(`^ran [\\d.]+ \\d+:${libc}\\n`))
  })

  it('is named by its version and machine, too', async () => {
    const [{ name = '' } = {}] = (await run('./tells-libc')).columns
    expect(name).toMatch(/^2\.\d+-\w+$/)
    expect((await runIn([name], directory, ['./tells-libc'])).column).toMatchObject({ name, state: 'pass' })
    expect((await runIn([name.replace(/-.*/, '')], directory, ['./tells-libc'])).column?.state).not.toBe('pass')
  })

  it('the command by hand says the same', async () => {
    const { column, stderr } = await run('./tells-libc')
    const [file = '', ...args] = column?.records[0]?.command ?? []
    expect(execFileSync(file, args, { encoding: 'utf8' })).toBe(stderr)
  })

  it.each(ways)('a program that it starts by %s is followed', async (way) => {
    const { column } = await run('./starts-program', way, './tells-libc')
    expect([column?.state, column?.reason]).toEqual(['pass', undefined])
    expect(column?.records.map(({ program, libc }) => [program, libc])).toContainEqual([
      join(directory, 'tells-libc'),
      [libc],
    ])
  })

  it.each([
    ['a shell', ['sh', '-c', './tells-libc; ./starts-program execv ./script.sh']],
    ['a script', ['./script.sh']],
    ['env -i', ['env', '-i', './starts-program', 'system', './tells-libc']],
    ['one in another', ['./starts-oddly', 'nest', '3', './tells-libc']],
    ['/proc/self/exe', ['./starts-oddly', 'again', '2', './tells-libc']],
    ['a thread', ['./starts-oddly', 'thread', './tells-libc']],
    ['a descriptor', ['./starts-oddly', 'fexecve', './tells-libc']],
  ])('%s is followed', async (_, command) => {
    const { column } = await run(...command)
    expect([column?.state, column?.reason]).toEqual(['pass', undefined])
    expect(column?.records.flatMap(({ libc }) => libc)).toContain(libc)
  })

  it('the kernel counts: what is started by a raw system call is no tick', async () => {
    const counted = await runIn(
      [machine.spec],
      directory,
      ['./starts-program', 'fork', './tells-libc'],
      ['--accounting', 'exact'],
    )
    expect([counted.column?.state, counted.column?.records.map(({ accounting }) => accounting)]).toEqual([
      'pass',
      ['exact', 'exact'],
    ])
    for (const [way, program] of [
      ['raw', './own'],
      ['raw', '/bin/true'],
      ['vfork-raw', './own'],
    ] as const) {
      const { column } = await run('./starts-oddly', way, program)
      expect([column?.state, column?.reason]).toEqual([
        'unproven',
        expect.stringContaining("by a way that can't be followed"),
      ])
    }
    const shell = await run('sh', '-c', './tells-libc; ./starts-oddly raw ./own')
    expect(shell.column?.state).toBe('unproven')
  })

  it('a library that brings another libc is told', async () => {
    const { column } = await run('./opens-library', 'dlopen', libc)
    expect(column?.state).toBe('pass')
    const second = await run('./opens-library', 'dlmopen', join(directory, 'tells-libc'))
    expect(second.column?.state).not.toBe('pass')
  })

  it("a program of this machine is incompatible in its column, and its program in the host's", async () => {
    const { column } = await run('./own')
    expect([column?.state, column?.reason]).toEqual([
      'incompatible',
      expect.stringContaining(`a program of x86_64 (64 bits), while ${machine.spec} is of ${machine.machine}`),
    ])
    const below = await run('./starts-program', 'system', './own')
    expect([below.column?.state, below.column?.reason]).toEqual([
      'incompatible',
      `${join(directory, 'own')} is of another machine than the column`,
    ])
    const { columns } = await runIn(['host', machine.spec], directory, ['./tells-libc'])
    expect(columns.map(({ state }) => state)).toEqual(['incompatible', 'pass'])
  })

  it.each(['patch', 'namespace'])('strategy %s is refused, never taken silently for another', async (strategy) => {
    const { exitCode, stderr } = await runIn([machine.spec], directory, ['./tells-libc'], ['--strategy', strategy])
    expect([exitCode, stderr]).toEqual([1, expect.stringMatching(/STRATEGY_REFUSED: .* is of another machine /)])
  })
})

it('without an emulator the column is refused, with the package that has it, or skipped', async () => {
  const directory = await compileFor(arm64, 'tells-libc')
  const { exitCode, stderr } = await runIn([arm64.spec], directory, ['./tells-libc'], [], { PATH: '/nowhere' })
  expect(exitCode).toBe(1)
  expect(stderr).toMatch(/EMULATOR_MISSING: .*qemu-aarch64-static nor qemu-aarch64.*\n.*qemu-user-static/)
  const config = { sysroots: [arm64.spec], onMissing: 'skip' }
  writeFileSync(join(directory, 'glibc-matrix.config.json'), JSON.stringify(config))
  const skipped = await runIn(['host', arm64.spec], directory, ['/bin/true'], [], { PATH: '/nowhere' })
  expect(skipped.columns.map(({ state }) => state)).toEqual(['pass', 'skip'])
})
