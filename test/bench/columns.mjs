// `npm run bench:columns`: what a column more costs. Five columns in one run beside a run for each, and the start of a run
// with thirty columns beside one with a single one; Vitest and Jest. Interleaved with their peer; ratios of medians.
import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import tmp from 'tmp'
import { buildPrograms } from '../../fixtures/programs/build.mjs'

const rounds = Number(process.env.ROUNDS ?? 5)
const root = join(import.meta.dirname, '../..')
const specs = ['debian:bullseye', 'debian:bookworm', 'debian:trixie', 'debian:forky']
const four = Object.fromEntries(specs.map((spec, index) => [`column-${index}`, spec]))
const thirty = Object.fromEntries(
  Array.from({ length: 29 }, (_, index) => [`column-${index}`, specs[index % specs.length]]),
)

tmp.setGracefulCleanup()
const temporary = () => tmp.dirSync({ unsafeCleanup: true, prefix: 'glibc-matrix-bench-' }).name
const programs = temporary()
await buildPrograms(programs, ['print-libc'])

const runners = {
  vitest: { bin: 'vitest/vitest.mjs', args: ['run'], extension: 'mjs' },
  jest: { bin: 'jest/bin/jest.js', args: [], extension: 'cjs' },
}

const rows = Object.keys(runners).flatMap((runner) => [oneRun(runner, 1), oneRun(runner, 4), start(runner)])
console.table(Object.fromEntries(rows.map(({ what, ...numbers }) => [what, numbers])))
const results = join(import.meta.dirname, 'results')
mkdirSync(results, { recursive: true })
const machine = { node: process.version, machine: process.arch, rounds }
writeFileSync(join(results, 'columns.json'), `${JSON.stringify({ ...machine, rows }, null, 2)}\n`)

/** Five columns of a suite whose files make ten starts each: with more files the tests' own time, the same on both sides, weighs more. */
function oneRun(runner, files) {
  const directory = project(runner, four, files)
  const all = ['host', ...Object.keys(four).map((name) => `${name} !host`)]
  return compare(`${runner}: ${files === 1 ? '1 file' : `${files} files`} in 5 columns in one run, beside 5 runs`, {
    measured: () => run(runner, directory, ''),
    peer: () => total(all.map((only) => run(runner, directory, only))),
  })
}

/** One file that runs in the host's column alone: what is left is the start of the run. */
function start(runner) {
  const [many, one] = [thirty, {}].map((sysroots) => project(runner, sysroots, 1, '/** @glibc host */\n'))
  return compare(`${runner}: start with 30 columns, beside 1`, {
    measured: () => run(runner, many, ''),
    peer: () => run(runner, one, ''),
  })
}

function project(runner, sysroots, files, head = '') {
  const directory = temporary()
  const { extension } = runners[runner]
  const write = (name, text) => writeFileSync(join(directory, name), text)
  // A directory of its own, in which Vite may write.
  mkdirSync(join(directory, 'node_modules'))
  for (const name of readdirSync(join(root, 'node_modules')).filter((each) => each !== '.vite-temp'))
    symlinkSync(join(root, 'node_modules', name), join(directory, 'node_modules', name))
  write('package.json', '{ "private": true }')
  write('glibc-matrix.config.json', JSON.stringify({ sysroots }))
  const starts = `for (let i = 0; i < 10; i++) execFileSync('${programs}/print-libc', { stdio: 'ignore' })`
  if (runner === 'vitest') {
    write(
      'vitest.config.mjs',
      "import { withGlibcMatrix } from 'vitest-environment-glibc/config'\nexport default withGlibcMatrix({})\n",
    )
  } else {
    const options = '{ testMatch: ["<rootDir>/*.test.cjs"], transform: {} }'
    write('jest.config.cjs', `module.exports = require('jest-environment-glibc/config').withGlibcMatrix(${options})\n`)
  }
  const imports = {
    vitest: "import { execFileSync } from 'node:child_process'\nimport { test } from 'vitest'\n",
    jest: "const { execFileSync } = require('node:child_process')\n",
  }
  for (let file = 0; file < files; file++) {
    write(`file-${file}.test.${extension}`, `${head}${imports[runner]}test('starts', () => { ${starts} })\n`)
  }
  return directory
}

/** Milliseconds of a whole run, and of the processors' time that it took. */
function run(runner, directory, only) {
  const { bin, args } = runners[runner]
  const started = performance.now()
  const env = { ...process.env, GLIBC_MATRIX_ONLY: only, CI: '1' }
  const command = [process.execPath, join(root, 'node_modules', bin), ...args]
  const options = { cwd: directory, env, encoding: 'utf8' }
  const { status, stdout, stderr } = spawnSync(
    'bash',
    ['-c', 'TIMEFORMAT="%U %S"; time "$@"', 'time', ...command],
    options,
  )
  if (status !== 0) throw new Error(`${runner} ended with ${status}\n${stdout}${stderr}`)
  const wall = performance.now() - started
  const [user, system] = stderr.trim().split('\n').at(-1).split(' ').map(Number)
  return { wall, cpu: (user + system) * 1000 }
}

function total(times) {
  return { wall: sum(times.map(({ wall }) => wall)), cpu: sum(times.map(({ cpu }) => cpu)) }
}

function sum(values) {
  return values.reduce((one, other) => one + other)
}

function compare(what, { measured, peer }) {
  measured()
  const times = Array.from({ length: rounds }, () => ({ own: measured(), other: peer() }))
  const of = (side, kind) => median(times.map((pair) => pair[side][kind]))
  const ratio = (kind) => Number((of('own', kind) / of('other', kind)).toFixed(2))
  const ms = { ms: Math.round(of('own', 'wall')), 'beside ms': Math.round(of('other', 'wall')) }
  return { what, ratio: ratio('wall'), 'of processor time': ratio('cpu'), ...ms }
}

function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]
}
