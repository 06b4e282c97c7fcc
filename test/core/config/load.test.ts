import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { dirSync } from 'tmp'
import { expect, it } from 'vitest'
import { loadConfig } from '../../../packages/core/src/config/load.js'
import { rejection } from '../failure.js'

function project(files: Record<string, string>): string {
  const root = realpathSync(dirSync({ unsafeCleanup: true }).name)
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), text)
  }
  return root
}

const defaults = {
  sysroots: [],
  suites: [],
  programs: null,
  exclude: [],
  mirrors: [],
  keyring: null,
  allowUnsigned: false,
  packages: [],
  runtime: { all: null, suites: [] },
  node: null,
  hostLibraries: 'allow',
  strategy: 'loader',
  namespaces: 'spawn',
  accounting: 'auto',
  onMissing: 'fail',
  incompatible: 'fail',
  unproven: 'fail',
  columns: 'parallel',
  outputFile: null,
  reports: { junit: null, html: null, markdown: null, github: 'auto' },
  blob: null,
  timings: null,
  only: null,
  lock: null,
  leavesHostOut: false,
}

it('is all defaults without a file, and knows the root', async () => {
  const root = project({ 'package.json': '{}', 'a/b/x': '' })
  expect(await loadConfig({ cwd: join(root, 'a/b'), env: {} })).toEqual({ root, file: null, ...defaults })
  const bare = project({ 'a/x': '' })
  expect(await loadConfig({ cwd: join(bare, 'a'), env: {} })).toEqual({
    root: join(bare, 'a'),
    file: null,
    ...defaults,
  })
})

it('fills in what a file says, its paths relative to itself', async () => {
  const root = project({
    'package.json': '{}',
    'glibc-matrix.config.json': JSON.stringify({
      sysroots: { old: 'dir:glibc', new: { spec: 'debian:sid', packages: ['zlib1g'] } },
      suites: { '**': '2.31 >=2.34 <2.41', 'a/*': ['old', '2.31, 2.36'] },
      keyring: 'k.gpg',
      outputFile: 'out/grid.json',
      reports: { html: 'out/grid.html', github: 'never' },
      blob: 'out/blobs',
      timings: 'timings.json',
      columns: 'serial',
    }),
  })
  expect(await loadConfig({ cwd: root, env: {} })).toEqual({
    root,
    file: join(root, 'glibc-matrix.config.json'),
    ...defaults,
    lock: { file: join(root, 'glibc-matrix.lock.json'), frozen: false, sysroots: null },
    sysroots: [
      { name: 'old', spec: `dir:${root}/glibc`, packages: [] },
      { name: 'new', spec: 'debian:sid', packages: ['zlib1g'] },
    ],
    suites: [
      { glob: '**', selectors: ['2.31', '>=2.34 <2.41'] },
      { glob: 'a/*', selectors: ['old', '2.31', '2.36'] },
    ],
    keyring: join(root, 'k.gpg'),
    outputFile: join(root, 'out/grid.json'),
    reports: { junit: null, html: join(root, 'out/grid.html'), markdown: null, github: 'never' },
    blob: join(root, 'out/blobs'),
    timings: join(root, 'timings.json'),
    columns: 'serial',
  })
})

const typescript = `
import { mode } from './mode'
import { join } from 'node:path'
enum Choice { Skip = 'skip' }
const { existsSync } = await import('node:fs')
export default {
  columns: mode,
  onMissing: Choice.Skip,
  outputFile: join(import.meta.dirname, existsSync(import.meta.filename) ? 'yes' : 'no'),
} satisfies object`

it.each<[string, string]>([
  ['ts', typescript],
  ['mts', typescript],
  ['js', "import { mode } from './mode.ts'\nexport default { columns: mode, onMissing: 'skip', outputFile: 'yes' }"],
  ['mjs', "import { mode } from './mode.ts'\nexport default { columns: mode, onMissing: 'skip', outputFile: 'yes' }"],
  ['cjs', "module.exports = { columns: require('./mode').mode, onMissing: 'skip', outputFile: __dirname + '/yes' }"],
  ['js', "exports.__esModule = true\nexports.default = { columns: 'serial', onMissing: 'skip', outputFile: 'yes' }"],
  ['mjs', "export default Promise.resolve({ columns: 'serial', onMissing: 'skip', outputFile: 'yes' })"],
])('loads .%s in both kinds of packages', async (extension, text) => {
  for (const type of ['commonjs', 'module']) {
    if (type === 'module' && text.startsWith('exports.')) continue // is an error of Node's own there
    const root = project({
      'package.json': JSON.stringify({ type }),
      'mode.ts': "export const mode: string = 'serial'",
      [`glibc-matrix.config.${extension}`]: text,
    })
    const config = await loadConfig({ cwd: root, env: {} })
    expect(config).toMatchObject({ columns: 'serial', onMissing: 'skip', outputFile: join(root, 'yes') })
  }
})

it.each<[string, (mode: string) => string]>([
  ['json', (mode) => JSON.stringify({ columns: mode })],
  ['ts', (mode) => `export default { columns: '${mode}' }`],
  ['mjs', (mode) => `export default { columns: '${mode}' }`],
  ['cjs', (mode) => `module.exports = { columns: '${mode}' }`],
  ['ts', () => "import { mode } from './mode'; export default { columns: mode }"],
  ['mjs', () => "import { mode } from './mode.ts'; export default { columns: mode }"],
])('reads .%s afresh each time, with the TypeScript it imports', async (extension, text) => {
  const root = project({ 'package.json': '{}' })
  for (const mode of ['serial', 'parallel']) {
    writeFileSync(join(root, 'mode.ts'), `export const mode: string = '${mode}'`)
    writeFileSync(join(root, `glibc-matrix.config.${extension}`), text(mode))
    expect((await loadConfig({ cwd: root, env: {} })).columns).toBe(mode)
  }
})

it('looks upwards, past packages, no further than the repository', async () => {
  const root = project({
    'glibc-matrix.config.json': '{"columns": "serial"}',
    'repo/.git/HEAD': '',
    'repo/pkg/package.json': '{}',
    'repo/pkg/src/x': '',
  })
  const cwd = join(root, 'repo/pkg/src')
  expect((await loadConfig({ cwd, env: {} })).file).toBeNull()
  writeFileSync(join(root, 'repo/glibc-matrix.config.json'), '{}')
  expect(await loadConfig({ cwd, env: {} })).toMatchObject({ root: join(root, 'repo') })
  writeFileSync(join(root, 'repo/pkg/glibc-matrix.config.json'), '{}')
  expect(await loadConfig({ cwd, env: {} })).toMatchObject({ root: join(root, 'repo/pkg') })
})

it('refuses to choose between two configs', async () => {
  const root = project({
    'package.json': '{}',
    'glibc-matrix.config.json': '{}',
    'glibc-matrix.config.ts': 'export default {}',
  })
  const error = await rejection(loadConfig({ cwd: root, env: {} }))
  expect(error.code).toBe('CONFIG_INVALID')
  expect(error.message).toContain('glibc-matrix.config.ts, glibc-matrix.config.json')
})

it('takes a named file, and options that replace what it says', async () => {
  const root = project({
    'package.json': '{}',
    'conf/my.json': '{"columns": "serial", "exclude": ["a", "b"], "keyring": "k"}',
  })
  const overrides = { columns: undefined, exclude: ['c'], sysroots: ['dir:here'] }
  const config = await loadConfig({ cwd: root, file: 'conf/my.json', overrides, env: {} })
  expect(config).toMatchObject({
    columns: 'serial',
    exclude: ['c'],
    root: join(root, 'conf'),
    keyring: join(root, 'conf/k'),
  })
  expect(config.sysroots).toEqual([{ name: null, spec: `dir:${root}/here`, packages: [] }])
})

it.each<[string, string, string]>([
  ['json', '{"columns": ', 'JSON'],
  ['ts', 'export default { columns:', 'glibc-matrix.config.ts'],
  ['mjs', "throw new Error('on purpose')", 'on purpose'],
  ['mjs', "throw 'a string'", 'a string'],
  ['cjs', "require('not-installed')", 'not-installed'],
  ['ts', "import './not-there'", 'not-there'],
])('a .%s that holds %j is not readable', async (extension, text, why) => {
  const name = `glibc-matrix.config.${extension}`
  const root = project({ 'package.json': '{}', [name]: text })
  const error = await rejection(loadConfig({ cwd: root, env: {} }))
  expect(error.code).toBe('CONFIG_NOT_READABLE')
  expect(error.message).toContain(join(root, name))
  expect(error.message).toContain(why)
  expect(error.cause).toBeDefined()
})

it('a file that is missing, a directory or a dangling link is not readable', async () => {
  const root = project({ 'package.json': '{}', 'dir.json/x': '' })
  symlinkSync('nowhere', join(root, 'link.json'))
  for (const file of ['missing.ts', 'dir.json', 'link.json']) {
    const error = await rejection(loadConfig({ cwd: root, file, env: {} }))
    expect(error.code).toBe('CONFIG_NOT_READABLE')
    expect(error.message).toContain(join(root, file))
  }
})

it.each<[string, string, string]>([
  ['json', '[]', 'an empty list'],
  ['mjs', 'export const columns = 1', 'nothing'],
  ['ts', 'export default () => ({})', 'a function'],
  ['cjs', 'module.exports = null', 'null'],
])('a .%s that holds %j has the wrong shape', async (extension, text, found) => {
  const root = project({ 'package.json': '{}', [`glibc-matrix.config.${extension}`]: text })
  const error = await rejection(loadConfig({ cwd: root, env: {} }))
  expect(error.code).toBe('CONFIG_INVALID')
  expect(error.message).toContain(`glibc-matrix.config.${extension}: found ${found}, expected an object`)
})

it('says so when an option given is wrong', async () => {
  const error = await rejection(loadConfig({ cwd: '/', overrides: { columns: 'both' as 'serial' }, env: {} }))
  expect(error.message).toContain("the options given: columns: found 'both', expected 'parallel' or 'serial'")
})

it.each<[string | undefined, string[] | null]>([
  [undefined, null],
  ['', null],
  ['  ', null],
  ['2.31,host', ['2.31', 'host']],
  [' 2.31 , >=2.34 <2.41', ['2.31', '>=2.34 <2.41']],
])('GLIBC_MATRIX_ONLY=%s is %j', async (value, only) => {
  expect((await loadConfig({ cwd: '/', env: { GLIBC_MATRIX_ONLY: value } })).only).toEqual(only)
})

it.each<[string, string[] | null]>([
  ['2.31,!host', ['2.31']],
  ['!host 2.31', ['2.31']],
  ['!host', null],
])('GLIBC_MATRIX_ONLY=%s leaves the host out', async (value, only) => {
  const config = await loadConfig({ cwd: '/', env: { GLIBC_MATRIX_ONLY: value } })
  expect(config).toMatchObject({ only, leavesHostOut: true })
})

it('takes the places of blobs and timings from the environment, relative to the working directory', async () => {
  const root = project({ 'package.json': '{}', 'glibc-matrix.config.json': '{"blob": "own", "timings": "own.json"}' })
  const env = { GLIBC_MATRIX_BLOB: 'blobs', GLIBC_MATRIX_TIMINGS: '/timings.json' }
  const config = await loadConfig({ cwd: join(root, '.'), env })
  expect(config).toMatchObject({ blob: join(root, 'blobs'), timings: '/timings.json' })
})

it.each([',', '>='])('GLIBC_MATRIX_ONLY=%s is refused', async (value) => {
  const error = await rejection(loadConfig({ cwd: '/', env: { GLIBC_MATRIX_ONLY: value } }))
  expect(error.code).toBe('CONFIG_INVALID')
  expect(error.message).toContain('GLIBC_MATRIX_ONLY: found ')
})

it('knows where the sources, packs and companions of a sysroot lie', async () => {
  const sysroots = {
    built: { spec: 'source:src/glibc-2.31.tar.xz', with: 'archive:packs/b.tar.gz' },
    packed: 'archive:/srv/a.tar.gz',
    published: { spec: 'npm:@me/glibc@1.0.0', with: 'debian:bullseye', packages: ['zlib1g'] },
  }
  const root = project({ 'glibc-matrix.config.json': JSON.stringify({ sysroots }) })
  expect((await loadConfig({ cwd: root, env: {} })).sysroots).toEqual([
    {
      name: 'built',
      spec: `source:${join(root, 'src/glibc-2.31.tar.xz')}`,
      packages: [],
      with: `archive:${join(root, 'packs/b.tar.gz')}`,
    },
    { name: 'packed', spec: 'archive:/srv/a.tar.gz', packages: [] },
    { name: 'published', spec: 'npm:@me/glibc@1.0.0', packages: ['zlib1g'], with: 'debian:bullseye' },
  ])
})
