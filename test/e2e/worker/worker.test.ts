import { fork } from 'node:child_process'
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

beforeAll(async () => {
  programs = await buildPrograms(directory, ['print-libc', 'print-libc-static'])
  const sysroots = { '2.31': 'debian:bullseye', '2.41': 'debian:trixie' }
  session = await prepareMatrix(await loadConfig({ cwd: directory, overrides: { sysroots } }), { install: true })
  main = launcher(session.file)
})
afterAll(() => {
  uninstall()
  closeSession(session)
})

const libc = 'process.report.getReport().header.glibcVersionRuntime'

interface Ran {
  readonly answer: { value?: unknown; error?: string }
  readonly state: string | undefined
  readonly reason: string | undefined
}

/** Runs `body` as the one test of a file, in a worker of the column, and answers what it said and its cell. */
async function inWorker(column: string, body: string, started = true): Promise<Ran> {
  const file = `${column} ${body}`
  const start = () => fork(child, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const worker = started ? main.start(column, start) : start()
  worker.send({ session: session.file, column, file, runtime: 'node', body })
  const answer = await new Promise<Ran['answer']>((resolve) => {
    worker.once('message', (message) => resolve(message as Ran['answer']))
    worker.once('exit', (code, signal) => resolve({ error: `ended with ${signal ?? code}` }))
  })
  await new Promise<void>((resolve) => (worker.exitCode === null ? worker.once('exit', () => resolve()) : resolve()))
  const grid = gridOf(session, [{ column, suite: file, test: 'test', state: 'pass', durationMs: 1 }])
  const cell = grid.rows[0]?.cells[column]
  return { answer, state: cell?.state, reason: cell?.reason }
}

describe.each([
  ['host', '2.36'],
  ['2.31', '2.31'],
  ['2.41', '2.41'],
])('a worker in the column %s', (column, version) => {
  it('runs on its libc, which its own record proves', async () => {
    expect(await inWorker(column, `return ${libc}`)).toEqual({ answer: { value: version }, state: 'pass' })
  })

  it.each([
    [
      'process.execPath',
      `return require('child_process').execFileSync(process.execPath, ['-p', '${libc}']).toString().trim()`,
    ],
    ['a shell', `return require('child_process').execSync('node -p "${libc}"').toString().trim()`],
    [
      'fork',
      `return new Promise((resolve) => require('child_process').fork('-', { execArgv: ['-e', 'process.send(${libc})'] }).on('message', resolve))`,
    ],
    [
      'a worker thread',
      `return new Promise((resolve) => new (require('worker_threads').Worker)('require("worker_threads").parentPort.postMessage(${libc})', { eval: true }).on('message', resolve))`,
    ],
    [
      'cluster',
      `const c = require('cluster'); c.setupPrimary({ exec: '-', execArgv: ['-e', 'process.send(${libc})'] }); return new Promise((resolve) => c.fork().on('message', resolve))`,
    ],
  ])('and so does %s', async (_, body) => {
    expect(await inWorker(column, body)).toEqual({ answer: { value: version }, state: 'pass' })
  })

  it('a program that it starts is in the column too', async () => {
    const body = `return /glibc=(.*)/.exec(require('child_process').execFileSync('${programs['print-libc']}'))[1]`
    expect(await inWorker(column, body)).toEqual({ answer: { value: version }, state: 'pass' })
  })

  it('nothing of ours is in its environment, nor in that of what it starts', async () => {
    const list = 'Object.keys(process.env).filter((key) => /GLIBC|LD_/.test(key)).join()'
    const body = `return ${list} + require('child_process').execFileSync(process.execPath, ['-p', '${list}']).toString().trim() + require('child_process').execFileSync('/usr/bin/env').toString().match(/GLIBC.*/)`
    expect((await inWorker(column, body)).answer).toEqual({ value: 'null' })
  })

  it.each([
    ['readFileSync', `require('fs').readFileSync(path)`],
    ['readFile', `require('util').promisify(require('fs').readFile)(path)`],
    ['promises', `require('fs/promises').readFile(path)`],
    ['a handle', `require('fs/promises').open(path).then((handle) => handle.readFile())`],
    ['openSync', `require('fs').readFileSync(require('fs').openSync(path))`],
    ['ESM', `import('node:fs').then((fs) => fs.readFileSync(path))`],
  ])('and what tools read about it is: by %s', async (_, read) => {
    const body = `const bytes = []; for (const path of ['/usr/bin/ldd', '/proc/self/exe']) bytes.push(await ${read});
      const own = require('fs').readFileSync(process.execPath)
      return [/GLIBC ([0-9.]+)/.exec(String(bytes[0]))?.[1] ?? String(bytes[0]).slice(0, 200), own.equals(bytes[1])]`
    expect((await inWorker(column, body)).answer).toEqual({ value: [expect.stringContaining(version), true] })
  })

  it('a static program makes it unproven', async () => {
    const body = `require('child_process').execFileSync('${programs['print-libc-static']}')`
    expect(await inWorker(column, body)).toMatchObject({
      state: 'unproven',
      reason: expect.stringContaining('PT_INTERP'),
    })
  })

  it('a worker on the host proves nothing', async () => {
    expect(await inWorker(column, `return ${libc}`, false)).toMatchObject({
      answer: { value: '2.36' },
      state: 'unproven',
    })
  })
})
