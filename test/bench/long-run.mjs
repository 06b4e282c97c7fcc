// `npm run long-run [SPAWNS]`: very many spawns in one worker. What must stay flat is measured as it goes: heap, memory,
// descriptors, files of the run's directory; latency at the beginning and at the end, interleaved with plain spawns, as
// ratios of medians. Then the grid is made of all of it, in a process with Node's usual heap. Exit status 1 when something
// grows. `npm run long-run` is 100,000 spawns.
import { fork, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { closeSession, gridOf, loadConfig, prepareMatrix } from '@glibc-matrix/core'
import { attach, uninstall } from '@glibc-matrix/core/register'
import tmp from 'tmp'
import { buildPrograms } from '../../fixtures/programs/build.mjs'

const column = '2.31'
const suite = 'long-run'
const spawnsInTest = 100
const megabyte = 1_048_576

await (process.send === undefined ? measure(Number(process.argv[2] ?? 100_000)) : work(...process.argv.slice(2)))

/** The main process: opens the session, starts one worker, judges what it said. */
async function measure(spawns) {
  tmp.setGracefulCleanup()
  const { name: directory } = tmp.dirSync({ unsafeCleanup: true, prefix: 'glibc-matrix-long-run-' })
  const { 'exit-with': program } = await buildPrograms(directory, ['exit-with'])
  const config = await loadConfig({ cwd: directory, overrides: { sysroots: { [column]: 'debian:bullseye' } } })
  const session = await prepareMatrix(config, { install: true })
  try {
    const args = [session.file, program, String(spawns)]
    const worker = fork(import.meta.filename, args, { execArgv: ['--expose-gc'] })
    const samples = []
    worker.on('message', (sample) => {
      samples.push({ ...sample, ...directoryOf(session), ...accountant(worker.pid) })
      console.error(JSON.stringify(samples.at(-1)))
    })
    const [status] = await once(worker, 'exit')
    if (status !== 0) throw new Error(`the worker ended with ${status}`)
    finish(session, spawns, samples)
  } finally {
    closeSession(session)
  }
}

/** Files of the run's directory, and megabytes of records. */
function directoryOf({ directory, journals }) {
  // Without types it follows links, of which some lead to their own directory.
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).length
  const bytes = readdirSync(journals).map((name) => statSync(join(journals, name)).blocks * 512)
  return { files, recordsMB: rounded(bytes.reduce((sum, size) => sum + size, 0) / megabyte) }
}

/** The session's other process: its memory in MB and its descriptors. */
function accountant(worker) {
  const children = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').trim().split(' ').map(Number)
  const pid = children.find((child) => child !== worker)
  if (pid === undefined) return {}
  const [, kilobytes] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  return { accountantMB: rounded(kilobytes / 1024), accountantFds: readdirSync(`/proc/${pid}/fd`).length }
}

function finish(session, spawns, samples) {
  const tests = Math.ceil(spawns / spawnsInTest)
  const results = Array.from({ length: tests }, (_, index) => {
    return { column, suite, test: `test ${index}`, state: 'pass', durationMs: 1 }
  })
  const began = performance.now()
  const grid = gridOf(session, results)
  const cells = grid.rows.filter(({ test }) => test !== null).map(({ cells }) => cells[column])
  const proven = cells.filter(({ state }) => state === 'pass').length
  const peakMB = rounded(process.resourceUsage().maxRSS / 1024)
  const gridTook = { seconds: rounded((performance.now() - began) / 1000), peakMB, proven, tests }

  const [first, last] = [samples.find(({ phase }) => phase === 'begins'), samples.at(-1)]
  const faults = [
    ...(last.fds === first.fds ? [] : [`descriptors: ${first.fds} became ${last.fds}`]),
    ...(last.files === first.files ? [] : [`files of the run: ${first.files} became ${last.files}`]),
    ...(last.heapMB < first.heapMB + 4 ? [] : [`heap: ${first.heapMB} MB became ${last.heapMB}`]),
    ...(last.rssMB < first.rssMB * 1.25 + 16 ? [] : [`memory: ${first.rssMB} MB became ${last.rssMB}`]),
    ...(last.accountantFds === first.accountantFds ? [] : [`descriptors of the accountant: ${last.accountantFds}`]),
    ...(last.ratio < first.ratio * 1.1 ? [] : [`latency beside plain: ${first.ratio} became ${last.ratio}`]),
    ...(proven === tests ? [] : [`only ${proven} of ${tests} tests are proven`]),
  ]
  const bytesPerSpawn = Math.round(((last.recordsMB - first.recordsMB) * megabyte) / spawns)
  const report = { spawns, node: process.version, samples, bytesPerSpawn, grid: gridTook, faults }
  const place = join(import.meta.dirname, 'results/last')
  mkdirSync(place, { recursive: true })
  writeFileSync(join(place, 'long-run.json'), `${JSON.stringify(report, null, 2)}\n`)
  console.table(samples)
  console.log(`${spawns} spawns, ${bytesPerSpawn} bytes of records each; the grid:`, gridTook)
  for (const fault of faults) console.log(`GROWS: ${fault}`)
  process.exitCode = faults.length === 0 ? 0 : 1
}

/** The worker: tests of a hundred spawns each, of every kind there is. */
async function work(sessionFile, program, spawns) {
  const { runInTest, detach } = attach({ session: sessionFile, column, file: suite })
  // Outside of a test the hook is off.
  detach()
  const timed = (test) => latency(program, (run) => runInTest(test, 0, run))
  // What V8 compiles and caches once is no growth.
  await timed('warm')
  const tests = Math.ceil(Number(spawns) / spawnsInTest)
  tell('begins', 0, await timed('first'))
  for (let test = 0; test < tests; test++) {
    await runInTest(`test ${test}`, 0, () => oneTest(program))
    if (test % Math.ceil(tests / 10) === 0 && test > 0) tell('goes on', test * spawnsInTest)
  }
  tell('ends', tests * spawnsInTest, await timed('last'))
  uninstall()
  process.disconnect()
}

async function oneTest(program) {
  for (let count = 0; count < spawnsInTest; count += 10) {
    for (let sync = 0; sync < 6; sync++) check(spawnSync(program, ['0']).status)
    check(spawnSync('/bin/sh', ['-c', `${program} 0; exit 0`]).status)
    const children = Array.from({ length: 3 }, () => spawn(program, ['0']))
    for (const [status] of await Promise.all(children.map((child) => once(child, 'close')))) check(status)
  }
}

function check(status) {
  if (status !== 0) throw new Error(`a spawn ended with ${status}`)
}

/** Medians of 1,000 hooked and 1,000 plain spawnSync in turn, in µs. */
function latency(program, inTest) {
  const [hooked, plain] = [[], []]
  for (let round = 0; round < 1000; round++) {
    hooked.push(inTest(() => took(program)))
    plain.push(took(program))
  }
  const [a, b] = [hooked, plain].map((times) => times.sort((x, y) => x - y)[500])
  return { hooked: Math.round(a), plain: Math.round(b), ratio: rounded(a / b) }
}

function took(program) {
  const began = process.hrtime.bigint()
  check(spawnSync(program, ['0']).status)
  return Number(process.hrtime.bigint() - began) / 1000
}

function tell(phase, done, more = {}) {
  globalThis.gc()
  const { heapUsed, rss, external } = process.memoryUsage()
  const fds = readdirSync('/proc/self/fd').length
  process.send({ phase, done, heapMB: mb(heapUsed), externalMB: mb(external), rssMB: mb(rss), fds, ...more })
}

function mb(bytes) {
  return rounded(bytes / megabyte)
}

function rounded(value) {
  return Math.round(value * 100) / 100
}
