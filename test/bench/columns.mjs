// `npm run bench:columns`: what a column more costs. Five columns in one run beside a run for each, and the start of a run
// with thirty columns beside one with a single one; Vitest and Jest. Interleaved with their peer; ratios of medians.
import { spawnSync } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
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

const rows = Object.keys(runners).flatMap((runner) => [oneRun(runner), start(runner)])
console.table(Object.fromEntries(rows.map(({ what, ...numbers }) => [what, numbers])))
const results = join(import.meta.dirname, 'results')
mkdirSync(results, { recursive: true })
const machine = { node: process.version, machine: process.arch, rounds }
writeFileSync(join(results, 'columns.json'), `${JSON.stringify({ ...machine, rows }, null, 2)}\n`)

/** A suite of four files, ten starts each, in five columns. */
function oneRun(runner) {
  const directory = project(runner, four, 4)
  const all = ['host', ...Object.keys(four).map((name) => `${name} !host`)]
  return compare(`${runner}: 5 columns in one run, beside 5 runs`, {
    measured: () => run(runner, directory, ''),
    peer: () => all.reduce((sum, only) => sum + run(runner, directory, only), 0),
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
  symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'))
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

/** Milliseconds of a whole run. */
function run(runner, directory, only) {
  const { bin, args } = runners[runner]
  const started = performance.now()
  const env = { ...process.env, GLIBC_MATRIX_ONLY: only, CI: '1' }
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'node_modules', bin), ...args], {
    cwd: directory,
    env,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`${runner} ended with ${status}\n${stdout}${stderr}`)
  return performance.now() - started
}

function compare(what, { measured, peer }) {
  measured()
  const times = Array.from({ length: rounds }, () => [measured(), peer()])
  const [own, other] = [0, 1].map((index) => median(times.map((pair) => pair[index])))
  return { what, ratio: Number((own / other).toFixed(2)), ms: Math.round(own), 'beside ms': Math.round(other) }
}

function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]
}
