import { spawnSync } from 'node:child_process'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Consumer, consumer, type Run } from './consumer.js'
import { temporaryDirectory } from './directory.js'
import { compileFor, type Machine, machines } from './emulated/machines.js'
import { compile } from './fixture-programs.js'
import { cellsOf, libcsOf } from './grids.js'
import { packPackages } from './packed.js'

process.env.GLIBC_MATRIX_HOME ??= temporaryDirectory('emulated-home')

const tools = [
  ...['@dprint/linux-x64-glibc', '@dprint/linux-arm64-glibc', '@dprint/linux-riscv64-glibc'],
  ...['@biomejs/cli-linux-x64', '@biomejs/cli-linux-arm64'],
  ...['@ast-grep/cli-linux-x64-gnu', '@ast-grep/cli-linux-arm64-gnu'],
  ...['x64', 'arm64', 'riscv64', 's390x', 'arm'].map((machine) => `@esbuild/linux-${machine}`),
]
const columns = ['host', '2.41', '2.41-arm64', '2.43-riscv64', '2.36-s390x', '2.36-armhf']
const [of = [], native = [], some = []] = [
  ['pass', 'pass', 'pass', 'pass', 'pass', 'pass'],
  ['pass', 'pass', 'incompatible', 'incompatible', 'incompatible', 'incompatible'],
  ['pass', 'pass', 'pass', 'none', 'none', 'none'],
]

describe.each(['vitest', 'jest'])('%s', (runner) => {
  let user: Consumer
  let programs: string
  let run: Run

  beforeAll(async () => {
    programs = temporaryDirectory('programs-of-machines')
    const names = ['tells-libc', 'starts-program']
    cpSync(await compile(...names), join(programs, 'x64'), { recursive: true })
    for (const spec of [
      'debian:trixie/arm64',
      'debian:forky/riscv64',
      'debian:bookworm/s390x',
      'debian:bookworm/armhf',
    ]) {
      const machine = machines.find((one) => one.spec === spec) as Machine
      cpSync(await compileFor(machine, ...names), join(programs, spec.replace(/^.*\//, '')), { recursive: true })
    }
    const packed = await packPackages()
    const ours = [packed.native, packed.core, packed.cli, packed[`${runner as 'vitest' | 'jest'}-environment-glibc`]]
    user = await consumer('machines', [runner, ...ours, ...tools], ['--force'])
    const command = { vitest: ['node_modules/vitest/vitest.mjs', 'run'], jest: ['node_modules/jest/bin/jest.js'] }
    run = await user.run([process.execPath, ...command[runner as 'vitest' | 'jest']], { PROGRAMS: programs })
  })

  it('shows in one grid what each machine proved', () => {
    const suite = { vitest: 'machines.test.mjs', jest: 'machines.test.cjs' }[runner]
    expect(
      run.grid?.columns.map(({ name }) => name),
      run.all,
    ).toEqual(columns)
    expect(run.grid && cellsOf(run.grid), run.all).toEqual({
      [`${suite} > dprint`]: 'pass pass pass pass none none',
      [`${suite} > biome`]: some.join(' '),
      [`${suite} > ast-grep`]: some.join(' '),
      [`${suite} > esbuild, which is static`]: of.map(() => 'unproven').join(' '),
      [`${suite} > a shell that starts esbuild`]: of.map(() => 'unproven').join(' '),
      [`${suite} > a program of C`]: of.join(' '),
      [`${suite} > a shell that starts it`]: of.join(' '),
      [`${suite} > a program that starts it`]: of.join(' '),
      [`${suite} > a script of Node that starts it`]: of.join(' '),
      [`${suite} > several at once`]: of.join(' '),
      [`${suite} > a program of x86-64 everywhere`]: native.join(' '),
    })
  })

  it('each tick is of one libc, the column’s', () => {
    if (run.grid === null) throw new Error(run.all)
    const libcs = libcsOf(run.grid)
    for (const column of columns) expect(libcs[column]).toHaveLength(1)
    expect(libcs['2.41-arm64']?.[0]).toMatch(/aarch64-linux-gnu\/libc\.so\.6$/)
    expect(libcs['2.36-s390x']?.[0]).toMatch(/s390x-linux-gnu\/libc\.so\.6$/)
  })

  it('the commands by hand, which the grid names, agree', () => {
    const proven = (run.grid?.rows ?? []).filter(({ test }) => /^(dprint|a program of C)$/.test(test))
    for (const { test, cells } of proven)
      for (const [column, { state, records }] of Object.entries(cells)) {
        const [file, ...args] = records[0]?.command ?? []
        if (state !== 'pass' || file === undefined) continue
        const { status, stdout } = spawnSync(file, args, { encoding: 'utf8' })
        expect([test, column, status, stdout]).toEqual([test, column, 0, expect.stringMatching(/^(dprint|ran) /)])
      }
    expect(proven).toHaveLength(2)
  })
})
