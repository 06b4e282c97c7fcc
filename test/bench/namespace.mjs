// `npm run bench:namespace`: what the strategy `namespace` adds, for each start and once for a worker. Interleaved; medians.
import { fork, spawnSync } from 'node:child_process'
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { closeSession, loadConfig, prepareMatrix } from '@glibc-matrix/core'
import { attach, launcher, uninstall } from '@glibc-matrix/core/register'
import tmp from 'tmp'
import { buildPrograms } from '../../fixtures/programs/build.mjs'

const column = '2.31'
const inShell = 200

if (process.send) process.once('message', measure)
else await main()

async function main() {
  tmp.setGracefulCleanup()
  const { name: directory } = tmp.dirSync({ unsafeCleanup: true, prefix: 'glibc-matrix-bench-' })
  const { 'exit-with': program } = await buildPrograms(directory, ['exit-with'])
  // Where a path shows a copy, the plain program needs another path.
  const plain = join(directory, 'plain')
  copyFileSync(program, plain)
  const overrides = { sysroots: { [column]: 'debian:bullseye' }, strategy: 'namespace', programs: [program] }
  const session = await prepareMatrix(await loadConfig({ cwd: directory, overrides }), { install: true })
  const start = () => fork(fileURLToPath(import.meta.url))
  const rows = {
    'one for each start': await ask(start(), { session: session.file, program, plain }),
    'one for a worker': await ask(launcher(session.file).startInNamespace(column, start), {
      session: session.file,
      program,
      plain,
    }),
  }
  uninstall()
  closeSession(session)
  console.table(rows)
}

function ask(worker, message) {
  worker.send(message)
  return new Promise((resolve) => worker.once('message', resolve))
}

function measure({ session, program, plain }) {
  const { runInTest, detach } = attach({ session, column, file: 'bench' })
  detach()
  const loop = (path) => ['-c', `i=0; while [ $i -lt ${inShell} ]; do ${path} 0; i=$((i+1)); done`]
  const hooked = (body) => runInTest('bench', 0, body)
  const one = ratio(
    300,
    () => spawnSync(plain, ['0']),
    () => hooked(() => spawnSync(program, ['0'])),
  )
  const many = ratio(
    20,
    () => spawnSync('sh', loop(plain)),
    () => hooked(() => spawnSync('sh', loop(program))),
  )
  process.send({ 'spawnSync / plain': one, [`${inShell} in one sh / plain`]: many }, () => process.exit())
}

/** Medians of the second over the first, in another order each round. */
function ratio(rounds, ...ways) {
  const times = ways.map(() => [])
  for (let round = -Math.ceil(rounds / 10); round < rounds; round++) {
    for (let turn = 0; turn < ways.length; turn++) {
      const which = (turn + Math.abs(round)) % ways.length
      const began = process.hrtime.bigint()
      ways[which]()
      if (round >= 0) times[which].push(Number(process.hrtime.bigint() - began))
    }
  }
  const [first, second] = times.map((values) => values.sort((a, b) => a - b)[Math.floor(rounds / 2)])
  return Math.round((second / first) * 1000) / 1000
}
