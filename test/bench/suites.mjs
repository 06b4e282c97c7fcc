// Suites of one kind of test for both runners, and how long a whole run of one takes.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import tmp from 'tmp'

const root = join(import.meta.dirname, '../..')
const specs = ['debian:bullseye', 'debian:bookworm', 'debian:trixie', 'debian:forky']

export const runners = ['vitest', 'jest']

const commands = {
  vitest: ['vitest/vitest.mjs', 'run'],
  jest: ['jest/bin/jest.js'],
}

/** Columns beside the host's: four glibcs under as many names as are wanted. */
export function columns(count) {
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`column-${index}`, specs[index % specs.length]]),
  )
}

/** A project whose test files start a program ten times each; `head` is the first line of each. */
export function project(runner, { sysroots, program, files = 1, head = '' }) {
  const directory = tmp.dirSync({ unsafeCleanup: true, prefix: 'glibc-matrix-bench-' }).name
  const write = (name, text) => writeFileSync(join(directory, name), text)
  // A directory of its own, in which Vite may write.
  mkdirSync(join(directory, 'node_modules'))
  for (const name of readdirSync(join(root, 'node_modules')).filter((each) => each !== '.vite-temp'))
    symlinkSync(join(root, 'node_modules', name), join(directory, 'node_modules', name))
  write('package.json', '{ "private": true }')
  write('glibc-matrix.config.json', JSON.stringify({ sysroots }))
  const { config, imports, extension } = runner === 'vitest' ? forVitest : forJest
  write(...config)
  const starts = `for (let i = 0; i < 10; i++) execFileSync('${program}', { stdio: 'ignore' })`
  for (let file = 0; file < files; file++)
    write(`file-${file}.test.${extension}`, `${head}${imports}test('starts', () => { ${starts} })\n`)
  return directory
}

/** Runs the suite; `only` names columns as GLIBC_MATRIX_ONLY does. `watch` gets the run's pid, and is stopped by what it answers. */
export async function runSuite(runner, directory, only = '', watch = () => () => {}) {
  const [bin, ...args] = commands[runner]
  const env = { ...process.env, GLIBC_MATRIX_ONLY: only, CI: '' }
  const options = { cwd: directory, env, stdio: ['ignore', 'pipe', 'pipe'] }
  const child = spawn(process.execPath, [join(root, 'node_modules', bin), ...args], options)
  const said = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => said.push(text))
  const stop = watch(child.pid)
  const [status] = await once(child, 'close')
  stop()
  if (status !== 0) throw new Error(`${runner} ended with ${status}\n${said.join('')}`)
}

const forVitest = {
  extension: 'mjs',
  imports: "import { execFileSync } from 'node:child_process'\nimport { test } from 'vitest'\n",
  config: [
    'vitest.config.mjs',
    "import { withGlibcMatrix } from 'vitest-environment-glibc/config'\nexport default withGlibcMatrix({})\n",
  ],
}

const forJest = {
  extension: 'cjs',
  imports: "const { execFileSync } = require('node:child_process')\n",
  config: [
    'jest.config.cjs',
    `module.exports = require('jest-environment-glibc/config').withGlibcMatrix({
  testMatch: ['<rootDir>/*.test.cjs'],
  transform: {},
})
`,
  ],
}
