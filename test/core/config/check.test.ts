import { expect, it } from 'vitest'
import { checkConfig } from '../../../packages/core/src/config/check.js'
import type { GlibcMatrixConfig } from '../../../packages/core/src/config/schema.js'
import { failure } from '../failure.js'

const full: GlibcMatrixConfig = {
  sysroots: {
    '2.31': 'debian:bullseye',
    old: { spec: 'debian:buster', packages: ['zlib1g', 'libstdc++6'] },
    own: 'dir:/opt/glibc',
  },
  suites: { 'test/**': '>=2.31 <2.41', 'test/one.test.ts': ['2.31', 'own'] },
  runtime: { 'test/addon/**': 'node' },
  node: './node/bin/node',
  programs: ['bin/**'],
  exclude: ['bin/skip'],
  mirrors: ['http://mirror.example.org/debian', 'https://[::1]:8080/d'],
  keyring: 'keys.gpg',
  allowUnsigned: false,
  packages: ['zlib1g'],
  hostLibraries: 'refuse',
  accounting: 'exact',
  onMissing: 'skip',
  incompatible: 'allow',
  unproven: 'fail',
  columns: 'serial',
  outputFile: 'grid.json',
}

it.each<[string, GlibcMatrixConfig]>([
  ['every option', full],
  ['nothing', {}],
  ['a list of specs', { sysroots: ['debian:bullseye', { name: 'b', spec: 'debian:bookworm' }, { spec: 'dir:x' }] }],
  ['undefined for not given', { mirrors: undefined, packages: undefined }],
])('takes %s as it is', (_, config) => {
  expect(checkConfig(config, 'c.json')).toEqual(config)
})

it.each<[unknown, string, string, string]>([
  [null, '', 'null', 'an object'],
  [[], '', 'an empty list', 'an object'],
  ['debian:bullseye', '', "'debian:bullseye'", 'an object'],
  [() => ({}), '', 'a function', 'an object'],
  [undefined, '', 'nothing', 'an object'],
  [{ sysroot: {} }, 'sysroot', 'an unknown key', "did you mean 'sysroots'?"],
  [{ Programs: [] }, 'Programs', 'an unknown key', "did you mean 'programs'?"],
  [{ onmising: 'skip' }, 'onmising', 'an unknown key', "did you mean 'onMissing'?"],
  [{ plugins: [] }, 'plugins', 'an unknown key', 'one of sysroots, suites, runtime, node, programs'],
  [{ sysroots: 'debian:bullseye' }, 'sysroots', "'debian:bullseye'", 'an object {name: spec}, or a list of specs'],
  [{ sysroots: { a: 231 } }, 'sysroots.a', '231', "a spec such as 'debian:bullseye'"],
  [{ sysroots: { a: null } }, 'sysroots.a', 'null', "a spec such as 'debian:bullseye'"],
  [{ sysroots: { a: '' } }, 'sysroots.a', "''", "a spec such as 'debian:bullseye'"],
  [{ sysroots: { a: {} } }, 'sysroots.a.spec', 'nothing', "a spec such as 'debian:bullseye'"],
  [{ sysroots: { a: { spec: 'debian:b', package: [] } } }, 'sysroots.a.package', 'an unknown key', "'packages'?"],
  [{ sysroots: { a: { spec: 'debian:b', packages: 'zlib1g' } } }, 'sysroots.a.packages', "'zlib1g'", 'a list'],
  [
    { sysroots: { a: { spec: 'debian:b', packages: ['x1', '../x'] } } },
    'sysroots.a.packages[1]',
    "'../x'",
    'Debian package',
  ],
  [
    { sysroots: { a: { spec: 'dir:/x', packages: ['zlib1g'] } } },
    'sysroots.a.packages',
    "packages for 'dir:/x'",
    'none',
  ],
  [{ sysroots: { '../up': 'host' } }, 'sysroots["../up"]', "the key '../up'", 'a column name'],
  [{ sysroots: { constructor: 'host' } }, 'sysroots', 'an object', 'not constructor or prototype'],
  [{ sysroots: [{ name: 'prototype', spec: 'host' }] }, 'sysroots[0].name', "'prototype'", 'not constructor'],
  [{ sysroots: { 'a b': 'host' } }, 'sysroots["a b"]', "the key 'a b'", 'a column name'],
  [{ sysroots: [{ name: '>=2.31', spec: 'host' }] }, 'sysroots[0].name', "'>=2.31'", 'a column name'],
  [{ sysroots: ['debian:b', 7] }, 'sysroots[1]', '7', 'a spec'],
  [{ suites: ['test/**'] }, 'suites', 'a list', 'an object {glob: selectors}'],
  [{ suites: { 'a/**': 2.31 } }, 'suites["a/**"]', '2.31', 'column names, versions or ranges'],
  [{ suites: { 'a/**': '>=2.x' } }, 'suites["a/**"]', "'>=2.x'", 'a range'],
  [{ suites: { a: ['2.31', '2.31 -'] } }, 'suites.a[1]', "'2.31 -'", '2.31 - 2.36'],
  [{ runtime: 'column' }, 'runtime', "'column'", "'host' or 'node', or an object"],
  [{ runtime: { 'a/**': 'nod' } }, 'runtime["a/**"]', "'nod'", "'host' or 'node'"],
  [{ programs: 'bin/*' }, 'programs', "'bin/*'", 'a list'],
  [{ exclude: ['a', 1] }, 'exclude[1]', '1', 'a glob'],
  [{ mirrors: ['ftp://x.example'] }, 'mirrors[0]', "'ftp://x.example'", 'http'],
  [{ mirrors: ['x'] }, 'mirrors[0]', "'x'", 'http'],
  [{ allowUnsigned: 'no' }, 'allowUnsigned', "'no'", 'true or false'],
  [{ incompatible: 'ignore' }, 'incompatible', "'ignore'", "'fail' or 'allow'"],
  [{ unproven: true }, 'unproven', 'true', "'warn' or 'fail'"],
])('refuses %j', (config, path, found, expected) => {
  const error = failure(() => checkConfig(config, '/p/glibc-matrix.config.json'))
  expect(error.code).toBe('CONFIG_INVALID')
  expect(error.message).toContain(`/p/glibc-matrix.config.json: ${path && `${path}: `}found ${found}, expected `)
  expect(error.message.slice(error.message.indexOf('expected'))).toContain(expected)
  expect(error.details.faults).toHaveLength(1)
})

it('names every fault at once', () => {
  const error = failure(() => checkConfig({ columns: 1, programs: 2, suites: { x: 3 } }, 'c.json'))
  expect(error.details.faults).toMatchObject([{ path: 'suites.x' }, { path: 'programs' }, { path: 'columns' }])
})
