import { existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { beforeAll, expect, test } from 'vitest'
import type { Grid } from '../../packages/core/src/report/grid.js'
import { glibcMatrix } from '../e2e/cli/command.js'
import { cells, cleanEnv } from '../e2e/vitest/project.js'
import { temporaryDirectory } from '../full/directory.js'
import { compile } from '../full/fixture-programs.js'
import { glibcSource } from './glibc-source.js'

// `npm run test:source`: builds glibc 2.31 from Debian's sources, some minutes. It goes to the store of GLIBC_MATRIX_HOME
// and stays there, so that a second run is quick.

const modules = fileURLToPath(new URL('../../node_modules', import.meta.url))
const dprint = createRequire(import.meta.url).resolve('@dprint/linux-x64-glibc/dprint')

let tarball: string
let programs: string

beforeAll(async () => {
  tarball = await glibcSource('bullseye')
  programs = await compile('print-libc', 'convert', 'uses-strlcpy')
  const added = await glibcMatrix(['add', `source:${tarball}`, '--with', 'debian:bullseye'])
  expect(added, added.stderr).toMatchObject({ exitCode: 0 })
  expect(added.stdout).toContain('glibc 2.31')
  expect(added.stdout).toMatch(/with .*libgcc_s\.so\.1.*libstdc\+\+\.so\.6.* of debian:bullseye/)
}, 3_600_000)

test.each(['loader', 'patch'])('a glibc that was built is a column like another, by %s', async (strategy) => {
  const directory = temporaryDirectory('source')
  symlinkSync(modules, join(directory, 'node_modules'))
  const built = { spec: `source:${tarball}`, with: 'debian:bullseye' }
  const config = { sysroots: { built, 2.31: 'debian:bullseye' }, outputFile: 'grid.json', strategy }
  writeFileSync(join(directory, 'glibc-matrix.config.json'), JSON.stringify(config))
  writeFileSync(
    join(directory, 'vitest.config.mjs'),
    "import { withGlibcMatrix } from 'vitest-environment-glibc/config'\nexport default withGlibcMatrix({ test: {} })\n",
  )
  writeFileSync(
    join(directory, 'spawn.test.js'),
    `import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
const run = (name, ...args) => String(execFileSync(name, args))
test('print-libc', () => expect(run('${programs}/print-libc')).toMatch(/^glibc=2/))
test('gconv', () => expect(run('${programs}/convert')).toContain('iconv=ok'))
test('dprint', () => expect(run('${dprint}', '--version')).toContain('dprint'))
test('strlcpy', () => { try { run('${programs}/uses-strlcpy') } catch {} })
`,
  )
  const run = await execa(process.execPath, [join(modules, 'vitest/vitest.mjs'), 'run'], {
    cwd: directory,
    reject: false,
    all: true,
    extendEnv: false,
    env: cleanEnv(),
  })
  const file = join(directory, 'grid.json')
  if (!existsSync(file)) throw new Error(run.all)
  const grid = JSON.parse(readFileSync(file, 'utf8')) as Grid
  expect(grid.columns.map(({ name, glibc }) => [name, glibc]).slice(1)).toEqual([
    ['built', '2.31'],
    ['2.31', '2.31'],
  ])
  const seen = Object.entries(cells(grid)).map(([row, states]) => [row, states.replace(/^\S+ /, '')])
  expect(Object.fromEntries(seen), run.all).toEqual({
    'spawn.test.js > print-libc': 'pass pass',
    'spawn.test.js > gconv': 'pass pass',
    'spawn.test.js > dprint': 'pass pass',
    'spawn.test.js > strlcpy': 'incompatible incompatible',
  })
})

test('with its companions it is packed to one file, and the same elsewhere', async () => {
  const directory = temporaryDirectory('packed')
  const here = { cwd: directory, env: { GLIBC_MATRIX_HOME: join(directory, 'home') } }
  const file = join(directory, 'built.sysroot.tar.gz')
  const packed = await glibcMatrix(['pack', `source:${tarball}`, '--with', 'debian:bullseye', '--out', file])
  const digest = /^digest {2}([0-9a-f]{64})$/m.exec(packed.stdout)?.[1]
  expect((await glibcMatrix(['add', `archive:${file}`], here)).exitCode).toBe(0)
  expect(JSON.parse((await glibcMatrix(['list', '--json'], here)).stdout)[0].digest).toBe(digest)
  const run = await glibcMatrix(['run', '--sysroot', `archive:${file}`, '--', dprint, '--version'], here)
  expect(run, run.stderr).toMatchObject({ exitCode: 0 })
  expect(run.stderr).toContain('✓ pass')
})
