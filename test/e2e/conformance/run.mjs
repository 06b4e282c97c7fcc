// `node run.mjs DIRECTORY`: the scenario without the hook, then in each column, all in one process; functions are taken
// before the hook is installed. Prints JSON.
import { exec, execFile, execFileSync, execSync, fork, spawn, spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { closeSession, gridOf, loadConfig, prepareMatrix } from '@glibc-matrix/core'
import { attach, uninstall } from '@glibc-matrix/core/register'
import crossSpawn from 'cross-spawn'
import { execa, execaSync } from 'execa'
import { x } from 'tinyexec'
import { furtherCases } from './further.cjs'
import { cases, libraryCases, observe } from './scenario.cjs'

const require = createRequire(import.meta.url)
const { ...required } = require('node:child_process')
const acquisitions = {
  'ESM import': [cases, { spawn, exec, execFile, fork, spawnSync, execSync, execFileSync }],
  require: [cases, required],
  options: [furtherCases, { spawn, exec, execFile, fork, spawnSync, execSync, execFileSync }],
  libraries: [
    libraryCases,
    { execFilePromise: promisify(execFile), execPromise: promisify(exec), execa, execaSync, x, crossSpawn },
  ],
}

const [directory, only = ''] = process.argv.slice(2)
const context = { dir: directory, at: (name) => join(directory, name) }

async function observeAll(inTest = (_, run) => run()) {
  const seen = {}
  for (const [name, [table, api]] of Object.entries(acquisitions)) {
    seen[name] = await inTest(name, () => observe(table, context, api, only))
  }
  return seen
}

const off = await observeAll()
const config = await loadConfig({ cwd: directory, overrides: { sysroots: ['debian:bullseye', 'debian:trixie'] } })
const session = await prepareMatrix(config, { install: true })
const on = {}
const results = []
for (const { name: column } of session.columns) {
  const { runInTest } = attach({ session: session.file, column, file: 'scenario' })
  on[column] = await observeAll(async (test, run) => {
    results.push({ column, suite: 'scenario', test, state: 'pass', durationMs: 1 })
    return runInTest(test, 0, run)
  })
}
uninstall()
const again = await observeAll()
const grid = gridOf(session, results)
closeSession(session)
process.stdout.write(JSON.stringify({ off, on, again, grid, directory: session.directory }))
