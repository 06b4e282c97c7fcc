// `node crowd.mjs PROGRAM SPEC WORKERS SPAWNS`: that many workers start programs in both columns at once; prints what the grid says.
import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSession, gridOf, loadConfig, prepareMatrix } from '@glibc-matrix/core'
import { attach, uninstall } from '@glibc-matrix/core/register'

await (process.send === undefined ? measure(...process.argv.slice(2)) : work(...process.argv.slice(2)))

async function measure(program, spec, workers, spawns) {
  const config = await loadConfig({ cwd: process.cwd(), overrides: { sysroots: { 2.31: spec } } })
  const session = await prepareMatrix(config, { install: true })
  const names = Array.from({ length: Number(workers) }, (_, index) => `worker ${index}`)
  const children = names.map((name) => fork(import.meta.filename, [session.file, program, name, spawns]))
  for (const [status] of await Promise.all(children.map((child) => once(child, 'exit'))))
    if (status !== 0) throw new Error(`a worker ended with ${status}`)
  const columns = session.columns.map(({ name }) => name)
  const results = columns.flatMap((column) =>
    names.map((suite) => ({ column, suite, test: 'spawns', state: 'pass', durationMs: 1 })),
  )
  const grid = gridOf(session, results)
  closeSession(session)
  const said = columns.map((column) => {
    const cells = grid.rows.map(({ cells }) => cells[column])
    const records = cells.flatMap(({ records }) => records).filter(({ proof }) => proof === 'mapped').length
    return [column, { pass: cells.filter(({ state }) => state === 'pass').length, records }]
  })
  process.stdout.write(JSON.stringify(Object.fromEntries(said)))
}

/** Each time one program directly and one by a shell. */
async function work(file, program, suite, spawns) {
  for (const column of ['host', '2.31']) {
    const { runInTest } = attach({ session: file, column, file: suite })
    await runInTest('spawns', 0, async () => {
      for (let count = 0; count < Number(spawns); count++) {
        const children = [
          spawn(program, { stdio: 'ignore' }),
          spawn('sh', ['-c', `${program} >&2; true`], { stdio: 'ignore' }),
        ]
        await Promise.all(children.map((child) => once(child, 'close')))
      }
    })
  }
  uninstall()
  process.disconnect()
}
