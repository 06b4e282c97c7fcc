// What the strategy `namespace` adds: a mount namespace for each start, and one in which a worker lives. A worker measures.
import { fork, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { attach, launcher, uninstall } from '@glibc-matrix/core/register'
import { column, inShell, loopOf, openColumn } from '../column.mjs'
import { figure } from '../figure.mjs'
import { interleave } from '../measure.mjs'

export const title = 'A start, with the strategy `namespace`'

if (process.argv[2] === 'in-worker') process.once('message', inWorker)

export async function measure(progress) {
  const { session, program, plain, close } = await openColumn((path) => ({ strategy: 'namespace', programs: [path] }))
  const start = () => fork(fileURLToPath(import.meta.url), ['in-worker'])
  const paths = { session: session.file, program, plain }
  try {
    progress('one for each start')
    const single = await ask(start(), paths)
    progress('one for a worker')
    const worker = await ask(launcher(session.file).startInNamespace(column, start), paths)
    return [
      ...rows('a mount namespace for each', 'start', single, 1.05),
      ...rows('a mount namespace for a worker', 'worker', worker, 1),
    ]
  } finally {
    uninstall()
    close()
  }
}

function rows(where, id, { one, many }, atMost) {
  return [
    figure(`namespace.${id}`, `one spawnSync, ${where}`, 'a plain one', one.hooked, one.plain),
    figure(`namespace.${id}-shell`, `${inShell} programs by one sh, ${where}`, 'plain', many.hooked, many.plain, {
      goal: { atMost },
    }),
  ]
}

function ask(worker, message) {
  worker.send(message)
  return new Promise((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('exit', (status) => reject(new Error(`the worker ended with ${status}`)))
  })
}

/** Where a path shows a copy, the plain program needs another path. */
async function inWorker({ session, program, plain }) {
  const { runInTest, detach } = attach({ session, column, file: 'bench' })
  detach()
  const ways = (start) => ({
    plain: () => check(start(plain)),
    hooked: () => check(runInTest('bench', 0, () => start(program))),
  })
  const one = await interleave(
    ways((path) => spawnSync(path, ['0'])),
    { rounds: 25, calls: 20 },
  )
  const many = await interleave(
    ways((path) => spawnSync('/bin/sh', loopOf(path))),
    { rounds: 15, warmUp: 1 },
  )
  process.send({ one, many }, () => process.exit())
}

function check({ status, error }) {
  if (status !== 0) throw error ?? new Error(`a program ended with ${status}`)
}
