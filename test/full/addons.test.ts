import { execFileSync } from 'node:child_process'
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { dirSync } from 'tmp'
import { beforeAll, describe, expect, it } from 'vitest'
import { resolveSysroot } from '../../packages/core/dist/index.js'
import type { Grid } from '../../packages/core/src/report/grid.js'
import { cells, cleanEnv } from '../e2e/vitest/project.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const directory = realpathSync(dirSync({ unsafeCleanup: true, prefix: 'glibc-matrix-addons-' }).name)
const suite = join(directory, 'suite')
const answers = join(directory, 'answers')

const specs: Readonly<Record<string, string>> = {
  '2.31': 'debian:bullseye',
  '2.36': 'debian:bookworm',
  '2.41': 'debian:trixie',
  '2.43': 'debian:forky',
  '2.44': 'debian:experimental',
}

/** Real addons from npm, and one made here by node-gyp with the headers that lie beside this Node. */
beforeAll(() => {
  cpSync(join(root, 'fixtures/projects/addons'), suite, { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'))
  const flags = ['--no-audit', '--no-fund', '--ignore-scripts']
  execFileSync('npm', ['install', ...flags], { cwd: suite, stdio: ['ignore', 'ignore', 'inherit'] })
  const npm = execFileSync('npm', ['root', '-g'], { encoding: 'utf8' }).trim()
  const gyp = createRequire(join(npm, 'npm', 'package.json')).resolve('node-gyp/bin/node-gyp.js')
  const nodedir = dirname(dirname(realpathSync(process.execPath)))
  execFileSync(process.execPath, [gyp, 'rebuild', `--nodedir=${nodedir}`], { cwd: suite, stdio: 'ignore' })
})

async function run(args: readonly string[], env: Record<string, string> = {}) {
  const options = { cwd: suite, reject: false, stdin: 'ignore', extendEnv: false } as const
  const result = await execa(process.execPath, args, { ...options, env: { ...cleanEnv(), ANSWERS: answers, ...env } })
  const file = join(suite, 'grid.json')
  return { ...result, grid: existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Grid) : null }
}

function kept(column: string): Record<string, unknown> {
  const names = readdirSync(join(answers, column))
  return Object.fromEntries(names.map((name) => [name, JSON.parse(readFileSync(join(answers, column, name), 'utf8'))]))
}

/** Node by raw ld.so; a sysroot has no libz where nothing needs it, so the same packages are there. */
async function byHand(column: string): Promise<Record<string, unknown>> {
  const spec = specs[column]
  const command = [process.execPath, join(suite, 'by-hand.cjs')]
  if (spec === undefined) return answersOf(command)
  const { loader, libraryPath } = await resolveSysroot({ spec, packages: ['zlib1g'] }, { install: true })
  return answersOf([loader, '--library-path', libraryPath.join(':'), ...command])
}

function answersOf([file = '', ...args]: readonly string[]): Record<string, unknown> {
  const all = JSON.parse(execFileSync(file, args, { encoding: 'utf8' }).trim().split('\n').at(-1) ?? '')
  return Object.fromEntries(
    Object.entries(all).filter(([, value]) => (value as { error?: string }).error === undefined),
  )
}

const everywhere = 'pass pass pass pass pass pass'
const newer = 'pass incompatible pass pass pass pass'
const states = {
  sharp: everywhere,
  watcher: everywhere,
  rollup: everywhere,
  swc: everywhere,
  own: everywhere,
  rocksdb: newer,
}

describe.each([
  ['Vitest', 'addons.vitest.mjs', [join(root, 'node_modules/vitest/vitest.mjs'), 'run']],
  ['Jest', 'addons.jest.cjs', [join(root, 'node_modules/jest/bin/jest.js')]],
])('%s', (_, file, command) => {
  let outcome: Awaited<ReturnType<typeof run>>
  beforeAll(async () => {
    outcome = await run(command)
  })

  it('loads each addon in the columns whose glibc it can have, and tells the symbol in the others', () => {
    const wanted = Object.entries(states).map(([name, state]) => [`${file} > ${name}`, state])
    const found = Object.entries(cells(outcome.grid)).filter(([name]) => !name.endsWith('> crashes'))
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(wanted))
    const row = outcome.grid?.rows.find(({ test }) => test === 'rocksdb')
    expect(row?.cells['2.31']?.reason).toMatch(
      /^rocksdb-js\.node: needs .*GLIBC_2\.34 of libc\.so\.6, which debian:bullseye \(2\.31\)/,
    )
  })

  it('says so of the project before any test loads one', () => {
    expect(outcome.grid?.addons).toMatchObject([
      { path: expect.stringContaining('rocksdb'), refusals: [{ column: '2.31' }] },
    ])
    expect(outcome.stdout + outcome.stderr).toContain("Addons of this project that a column can't load:")
  })

  it("proves the worker's libc by its own record", () => {
    const row = outcome.grid?.rows.find(({ test }) => test === 'sharp')
    for (const { name } of outcome.grid?.columns ?? []) {
      const records = row?.cells[name]?.records ?? []
      expect(records.length, name).toBeGreaterThan(0)
      expect(records.map(({ proof, program }) => [proof, program])).toEqual(
        records.map(() => ['mapped', realpathSync(process.execPath)]),
      )
    }
  })

  it('and each answers what it does in a Node by raw ld.so', async () => {
    for (const column of ['host', ...Object.keys(specs)]) expect(kept(column)).toEqual(await byHand(column))
  })
})

it('an addon that crashes is a red cell with the signal, and the run ends', async () => {
  const args = [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '-t', 'crashes']
  const { grid, exitCode } = await run(args, { CRASH: '1', GLIBC_MATRIX_ONLY: 'host,2.41' })
  const told = grid?.rows.flatMap(({ cells }) => Object.values(cells)).filter(({ state }) => state === 'fail') ?? []
  expect(told.map(({ reason }) => reason)).toContainEqual(expect.stringContaining('SIGSEGV'))
  expect(exitCode).toBe(1)
})

it('addons that a column can not load are told before, with every package looked at', async () => {
  const { stdout, exitCode } = await run([join(root, 'packages/cli/dist/bin.js'), 'addons', '--json'])
  const found = JSON.parse(stdout) as { package: string; refusals: { column: string; reason: string }[] }[]
  const names = found.map((addon) => addon.package.replace(/@[\d.]+$/, ''))
  for (const name of ['@img/sharp-linux-x64', '@parcel/watcher-linux-x64-glibc', '@swc/core-linux-x64-gnu'])
    expect(names).toContain(name)
  const refused = found.filter(({ refusals }) => refusals.length > 0)
  expect(refused.map(({ refusals }) => refusals.map(({ column }) => column))).toEqual([['2.31']])
  expect(refused[0]?.refusals[0]?.reason).toContain('GLIBC_2.34 of libc.so.6')
  expect(exitCode).toBe(1)
})

/** The three ways by which a package finds the file that it ships. */
const layouts = {
  'node-gyp-build': {
    file: 'prebuilds/linux-x64/own.node',
    manifest: { dependencies: { 'node-gyp-build': '4' } },
    index: "module.exports = require('node-gyp-build')(__dirname)",
  },
  'napi-rs': {
    file: 'npm/linux-x64-gnu/own.linux-x64-gnu.node',
    manifest: {},
    index: "module.exports = require('./npm/linux-x64-gnu/own.linux-x64-gnu.node')",
  },
  'node-pre-gyp': {
    file: 'lib/binding/linux-glibc-x64/own.node',
    manifest: {
      dependencies: { '@mapbox/node-pre-gyp': '2' },
      binary: {
        module_name: 'own',
        module_path: './lib/binding/{platform}-{libc}-{arch}',
        host: 'https://example.invalid',
      },
    },
    index: "module.exports = require(require('@mapbox/node-pre-gyp').find(require.resolve('./package.json')))",
  },
}

it.each(Object.entries(layouts))(
  'a package of %s tests the file that it ships',
  async (name, { file, manifest, index }) => {
    const home = join(directory, name)
    mkdirSync(dirname(join(home, file)), { recursive: true })
    copyFileSync(join(suite, 'build/Release/own.node'), join(home, file))
    const write = (path: string, text: string) => writeFileSync(join(home, path), text)
    write(
      'package.json',
      JSON.stringify({ name: 'own', version: '1.0.0', main: 'index.cjs', private: true, ...manifest }),
    )
    write('index.cjs', index)
    write('vitest.config.mjs', readFileSync(join(suite, 'vitest.config.mjs'), 'utf8'))
    const sysroots = { '2.31': 'debian:bullseye', '2.41': 'debian:trixie' }
    write('glibc-matrix.config.json', JSON.stringify({ sysroots, runtime: 'node', outputFile: 'grid.json' }))
    write(
      'a.vitest.mjs',
      `import { createRequire } from 'node:module'
import { expect, test } from 'vitest'
test('libc', () => {
  const { libc } = createRequire(import.meta.url)('./index.cjs')
  expect(libc()).toBe(globalThis[Symbol.for('glibc-matrix.column')].glibc)
})`,
    )
    const flags = ['--no-audit', '--no-fund', '--ignore-scripts']
    execFileSync('npm', ['install', ...flags], { cwd: home, stdio: ['ignore', 'ignore', 'inherit'] })
    const options = { cwd: home, reject: false, stdin: 'ignore', extendEnv: false, env: cleanEnv() } as const
    await execa(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), 'run'], options)
    const grid = JSON.parse(readFileSync(join(home, 'grid.json'), 'utf8')) as Grid
    expect(cells(grid)).toEqual({ 'a.vitest.mjs > libc': 'pass pass pass' })
    const { stdout } = await execa(
      process.execPath,
      [join(root, 'packages/cli/dist/bin.js'), 'addons', '--json'],
      options,
    )
    expect(JSON.parse(stdout)).toMatchObject([{ package: 'own@1.0.0', path: join(home, file), refusals: [] }])
  },
)
