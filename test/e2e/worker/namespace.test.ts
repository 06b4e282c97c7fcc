import { fork, spawnSync } from 'node:child_process'
import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { dirSync } from 'tmp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildPrograms } from '../../../fixtures/programs/build.mjs'
import {
  closeSession,
  gridOf,
  type Launcher,
  launcher,
  loadConfig,
  prepareMatrix,
  type Session,
  uninstall,
} from '../traps/built.js'

let session: Session
let main: Launcher
let programs: Record<string, string>
const child = join(import.meta.dirname, 'child.cjs')
const { name: directory } = dirSync({ unsafeCleanup: true })
chmodSync(directory, 0o755)

beforeAll(async () => {
  programs = await buildPrograms(directory, ['print-libc', 'print-fds'])
  const sysroots = { '2.31': 'debian:bullseye', '2.41': 'debian:trixie' }
  const config = await loadConfig({ cwd: directory, overrides: { sysroots, strategy: 'namespace' } })
  session = await prepareMatrix(config, { install: true })
  main = launcher(session.file)
})
afterAll(() => {
  uninstall()
  closeSession(session)
})

/** Runs `body` as the one test of a file, in a worker with a namespace for `own`, and answers what it said and its cell. */
async function inWorker(column: string, body: string, own = column) {
  const file = `${own} ${column} ${body}`
  const worker = main.startInNamespace(own, () => fork(child, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }))
  const exit = new Promise<string>((resolve) => {
    worker.once('exit', (code, signal) => resolve(`ended with ${signal ?? code}`))
  })
  const message = new Promise((resolve) => worker.once('message', resolve))
  worker.send({ session: session.file, column, file, runtime: 'host', body })
  const answer = await Promise.race([message, exit])
  await exit
  const cell = gridOf(session, [{ column, suite: file, test: 'test', state: 'pass', durationMs: 1 }]).rows[0]?.cells[
    column
  ]
  return { answer, state: cell?.state, by: cell?.records.map(({ strategy }) => strategy) }
}

const version = `/glibc=(.*)/.exec(require('child_process').execFileSync('PROGRAM'))[1]`
const versionBy = (command: string) =>
  `/glibc=(.*)/.exec(require('child_process').execSync(${JSON.stringify(command)}))[1]`

describe.each([
  ['host', '2.36'],
  ['2.31', '2.31'],
  ['2.41', '2.41'],
])('a worker with a namespace for the column %s', (column, glibc) => {
  const run = (body: string) => inWorker(column, body.replaceAll('PROGRAM', programs['print-libc'] ?? ''))

  it('starts a program by its own path, again and again', async () => {
    expect(await run(`return [${version}, ${version}, ${version}]`)).toEqual({
      answer: { value: [glibc, glibc, glibc] },
      state: 'pass',
      by: ['namespace', 'namespace', 'namespace'],
    })
  })

  it('and so does a shell, once the path shows the copy', async () => {
    const path = programs['print-libc'] ?? ''
    expect(
      await run(`return [${version}, ${versionBy(`${path}; true`)}, ${versionBy(`cd / && exec ${path}`)}]`),
    ).toEqual({
      answer: { value: [glibc, glibc, glibc] },
      state: 'pass',
      by: ['namespace', 'namespace', 'namespace'],
    })
  })

  it('and so does a worker thread, before and after the path shows the copy', async () => {
    const inThread = `await new Promise((resolve, reject) => new (require('worker_threads').Worker)("require('worker_threads').parentPort.postMessage(/glibc=(.*)/.exec(require('child_process').execFileSync('PROGRAM'))[1])", { eval: true }).on('message', resolve).on('error', reject))`
    expect(await run(`return [${inThread}, ${version}, ${inThread}]`)).toEqual({
      answer: { value: [glibc, glibc, glibc] },
      state: 'pass',
      by: ['namespace', 'namespace', 'namespace'],
    })
  })

  it('shows the copy to itself and to nobody else, read-only', async () => {
    const path = programs['print-libc'] ?? ''
    const before = readFileSync(path)
    const body = `${version}; const fs = require('fs'); let code; try { fs.writeFileSync('PROGRAM', '') } catch (error) { code = error.code }; return [code, fs.readFileSync('PROGRAM').includes(${JSON.stringify(session.directory)})]`
    expect((await run(body)).answer).toEqual({ value: ['EROFS', true] })
    expect(readFileSync(path).equals(before)).toBe(true)
  })

  it('leaves environment, descriptors and children as they are', async () => {
    const list = `Object.keys(process.env).filter((key) => /GLIBC|LD_/.test(key)).join()`
    const fds = `require('child_process').execFileSync('${programs['print-fds']}').toString()`
    const children = `require('fs').readFileSync('/proc/self/task/' + process.pid + '/children', 'latin1')`
    const plain = spawnSync(programs['print-fds'] ?? '', { encoding: 'utf8' }).stdout
    expect((await run(`return [${list}, ${fds}, ${children}]`)).answer).toEqual({ value: ['', plain, ''] })
  })
})

it('a start of another column gets a namespace of its own', async () => {
  const own = version.replace('PROGRAM', programs['print-libc'] ?? '')
  const body = `const inOther = (body) => globalThis.attachment.runInColumn('2.41', body); return [inOther(() => ${own}), ${own}, ${own}]`
  expect(await inWorker('2.31', body, '2.41')).toMatchObject({
    answer: { value: ['2.41', '2.31', '2.31'] },
    state: 'pass',
  })
})

it('nothing of it is left when the worker has ended', async () => {
  await inWorker('2.31', 'process.kill(process.pid, "SIGKILL")')
  const left = () => readdirSync(session.directory).filter((name) => /\.[qa]$/.test(name))
  await expect.poll(left, { timeout: 5000 }).toEqual([])
})

it('an ordinary user’s worker is in a user namespace, without any capability', () => {
  const script = join(directory, 'nobody.cjs')
  writeFileSync(script, ordinaryUser)
  const asNobody = process.geteuid?.() === 0 ? { uid: 65534, gid: 65534 } : {}
  const env = {
    PATH: process.env.PATH,
    HOME: directory,
    BUILT: join(import.meta.dirname, '../../../packages/core/dist'),
    CHILD: child,
    PROGRAM: programs['print-libc'],
  }
  const { stdout, stderr } = spawnSync(process.execPath, [script], {
    cwd: directory,
    env,
    ...asNobody,
    encoding: 'utf8',
  })
  expect(stderr).toBe('')
  expect(JSON.parse(stdout)).toEqual({ answer: { value: ['2.36', '2.36', '0000000000000000'] }, state: 'pass' })
})

const ordinaryUser = `
const { fork } = require('child_process')
const { closeSession, gridOf, loadConfig, prepareMatrix } = require(process.env.BUILT + '/index.js')
const { launcher } = require(process.env.BUILT + '/register.js')
;(async () => {
  const session = await prepareMatrix(await loadConfig({ cwd: process.cwd(), overrides: { strategy: 'namespace' } }), { install: false })
  const worker = launcher(session.file).startInNamespace('host', () => fork(process.env.CHILD))
  const version = "/glibc=(.*)/.exec(require('child_process').execFileSync(process.env.PROGRAM))[1]"
  const body = 'return [' + version + ', ' + version + ", /CapEff:\\\\s*(.*)/.exec(require('fs').readFileSync('/proc/self/status', 'latin1'))[1]]"
  worker.send({ session: session.file, column: 'host', file: 'file', runtime: 'host', body })
  worker.once('message', (answer) => worker.once('exit', () => {
    const grid = gridOf(session, [{ column: 'host', suite: 'file', test: 'test', state: 'pass', durationMs: 1 }])
    console.log(JSON.stringify({ answer, state: grid.rows[0].cells.host.state }))
    closeSession(session)
    process.exit()
  }))
})()
`
