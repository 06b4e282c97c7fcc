// `npm run bench`: what the hook adds to a spawn. First its own JavaScript, the functions beneath replaced by ones that do
// nothing; then whole processes beside a plain spawn and raw ld.so. All interleaved with their peer; medians.
import { ChildProcess, spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { closeSession, loadConfig, prepareMatrix } from '@glibc-matrix/core'
import { attach, uninstall } from '@glibc-matrix/core/register'
import tmp from 'tmp'
import { buildPrograms } from '../../fixtures/programs/build.mjs'

const calls = 10_000
const processes = 300
const inShell = 200
const column = '2.31'

tmp.setGracefulCleanup()
const { name: directory } = tmp.dirSync({ unsafeCleanup: true, prefix: 'glibc-matrix-bench-' })
const { 'exit-with': program } = await buildPrograms(directory, ['exit-with'])
const config = await loadConfig({ cwd: directory, overrides: { sysroots: { [column]: 'debian:bullseye' } } })
const session = await prepareMatrix(config, { install: true })
const { sysroot } = session.columns.find(({ name }) => name === column)

const environment = Array.from({ length: 30 }, (_, index) => `VARIABLE_${index}=${'x'.repeat(40)}`)
const requests = {
  'absolute path': { file: program, path: '/usr/bin' },
  'relative to cwd': { file: './exit-with', path: '/usr/bin' },
  'bare name, fifth in PATH': { file: 'exit-with', path: `/usr/local/bin:/usr/bin:/bin:/opt/bin:${directory}` },
  'system tool': { file: '/usr/bin/git', path: '/usr/bin' },
}

const rows = [...ownCost(), ...wholeProcesses()]
closeSession(session)
console.table(Object.fromEntries(rows.map(({ what, ...numbers }) => [what, numbers])))
const results = join(import.meta.dirname, 'results')
mkdirSync(results, { recursive: true })
writeFileSync(
  join(results, 'spawn.json'),
  `${JSON.stringify({ node: process.version, machine: process.arch, calls, processes, rows }, null, 2)}\n`,
)

/** Microseconds of one call, with and without the hook. */
function ownCost() {
  const binding = process.binding('spawn_sync')
  const handle = ChildProcess.prototype
  const originals = [handle.spawn, binding.spawn]
  const nothing = () => 0
  const nothingSync = () => ({ pid: 1 })
  handle.spawn = nothing
  binding.spawn = nothingSync
  try {
    const { runInTest } = attach({ session: session.file, column, file: 'bench' })
    const child = {}
    return runInTest('bench', 0, () =>
      Object.entries(requests).flatMap(([name, { file, path }]) => {
        const request = { file, args: [file, '0'], cwd: directory, envPairs: [...environment, `PATH=${path}`] }
        const patched = handle.spawn
        return [
          compare(`spawn, ${name}`, calls, {
            plain: () => nothing.call(child, request),
            hooked: () => patched.call(child, request),
          }),
          compare(`spawnSync, ${name}`, calls, {
            plain: () => nothingSync(request),
            hooked: () => binding.spawn(request),
          }),
        ]
      }),
    )
  } finally {
    uninstall()
    ;[handle.spawn, binding.spawn] = originals
  }
}

/** Microseconds of a whole spawnSync: plain, by raw ld.so, hooked. */
function wholeProcesses() {
  const { runInTest, runInColumn } = attach({ session: session.file, column, file: 'bench' })
  const outside = attach({ session: session.file, column, file: 'outside' })
  outside.detach()
  const raw = ['--library-path', sysroot.libraryPath.join(':'), program, '0']
  const ways = {
    plain: () => spawnSync(program, ['0']),
    'raw ld.so': () => spawnSync(sysroot.loader, raw),
    hooked: () => runInTest('bench', 0, () => spawnSync(program, ['0'])),
    'hooked, host': () => runInColumn('host', () => spawnSync(program, ['0'])),
  }
  const row = compare('a whole spawnSync', processes, ways)
  const loop = ['-c', `i=0; while [ $i -lt ${inShell} ]; do ${program} 0; i=$((i+1)); done`]
  const shell = compare(`${inShell} spawns in one sh`, 20, {
    plain: () => spawnSync('sh', loop),
    hooked: () => runInTest('bench', 0, () => spawnSync('sh', loop)),
  })
  uninstall()
  return [row, shell]
}

/** Times each way once a round, in another order each time, and answers medians in µs and the ratio to the first. */
function compare(what, rounds, ways) {
  const names = Object.keys(ways)
  const times = Object.fromEntries(names.map((name) => [name, []]))
  for (let round = -rounds / 10; round < rounds; round++) {
    for (let turn = 0; turn < names.length; turn++) {
      const name = names[(turn + Math.abs(round)) % names.length]
      const began = process.hrtime.bigint()
      ways[name]()
      const took = Number(process.hrtime.bigint() - began) / 1000
      if (round >= 0) times[name].push(took)
    }
  }
  const medians = names.map((name) => [name, rounded(median(times[name]))])
  const [, first] = medians[0]
  const ratios = medians.slice(1).map(([name, value]) => [`${name} / ${names[0]}`, rounded(value / first)])
  return { what, ...Object.fromEntries([...medians, ...ratios]) }
}

function median(values) {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)]
}

function rounded(value) {
  return Math.round(value * 100) / 100
}
