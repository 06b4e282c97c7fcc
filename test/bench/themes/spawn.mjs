// What the hook adds to a spawn: its own JavaScript, the functions beneath replaced by ones that do nothing; then whole
// processes, beside a plain spawn, raw ld.so and the tools that give a program another root.
import { ChildProcess, spawnSync } from 'node:child_process'
import { attach, uninstall } from '@glibc-matrix/core/register'
import { column, inShell, loopOf, openColumn } from '../column.mjs'
import { figure, missing } from '../figure.mjs'
import { interleave } from '../measure.mjs'
import { otherRoots } from '../tools.mjs'

export const title = 'A start, with the strategy `loader`'

export async function measure(progress) {
  const opened = await openColumn()
  try {
    progress("the hook's JavaScript")
    const own = await ownCost(opened)
    progress('whole processes')
    return [...own, ...(await wholeProcesses(opened)), ...(await shells(opened, progress))]
  } finally {
    uninstall()
    opened.close()
  }
}

async function ownCost({ session, directory, program }) {
  const binding = process.binding('spawn_sync')
  const handle = ChildProcess.prototype
  const originals = [handle.spawn, binding.spawn]
  const nothing = () => 0
  const nothingSync = () => ({ pid: 1 })
  handle.spawn = nothing
  binding.spawn = nothingSync
  try {
    const { runInTest } = attach({ session: session.file, column, file: 'bench' })
    const environment = Array.from({ length: 30 }, (_, index) => `VARIABLE_${index}=${'x'.repeat(40)}`)
    const request = (file, path) => ({
      file,
      args: [file, '0'],
      cwd: directory,
      envPairs: [...environment, `PATH=${path}`],
    })
    const far = request('exit-with', `/usr/local/bin:/usr/bin:/bin:/opt/bin:${directory}`)
    const sync = { plain: nothingSync, hooked: (asked) => binding.spawn(asked) }
    const child = {}
    const async = { plain: nothing, hooked: (asked) => handle.spawn.call(child, asked) }
    return await runInTest('bench', 0, async () => [
      await cost('spawnSync by an absolute path', sync, request(program, '/usr/bin')),
      await cost('spawnSync of a bare name, fifth in PATH', sync, far),
      await cost('spawnSync of a tool of the system', sync, request('/usr/bin/git', '/usr/bin')),
      await cost('spawn by an absolute path', async, request(program, '/usr/bin')),
    ])
  } finally {
    uninstall()
    ;[handle.spawn, binding.spawn] = originals
  }
}

/** In processor time: these are microseconds, in which a busy machine would be all that one sees. */
async function cost(what, { plain, hooked }, request) {
  const times = 1000
  const many = (way) => () => {
    const before = process.cpuUsage()
    for (let time = 0; time < times; time++) way(request)
    const { user, system } = process.cpuUsage(before)
    return { wall: user + system, cpu: 0 }
  }
  const samples = await interleave({ plain: many(plain), hooked: many(hooked) }, { rounds: 40, each: times })
  const rule = { as: 'beyond', goal: { atMost: 8 } }
  const [own, peer] = [samples.hooked, samples.plain].map(({ wall }) => ({ wall }))
  return figure('spawn.javascript', `the hook's JavaScript: ${what}`, 'a function that does nothing', own, peer, rule)
}

async function wholeProcesses(opened) {
  const { session, sysroot, program } = opened
  const { runInTest, runInColumn, detach } = attach({ session: session.file, column, file: 'bench' })
  detach()
  const raw = ['--library-path', sysroot.libraryPath.join(':'), program, '0']
  const others = Object.entries(otherRoots(opened))
  const there = others.filter(([, { command }]) => command)
  const samples = await interleave(
    {
      hooked: () => started(() => runInTest('bench', 0, () => spawnSync(program, ['0']))),
      host: () => started(() => runInColumn('host', () => spawnSync(program, ['0']))),
      plain: () => started(() => spawnSync(program, ['0'])),
      raw: () => started(() => spawnSync(sysroot.loader, raw)),
      ...Object.fromEntries(
        there.map(
          ([
            tool,
            {
              command: [file, ...args],
            },
          ]) => [tool, () => started(() => spawnSync(file, [...args, '0']))],
        ),
      ),
    },
    { rounds: 30, calls: 20 },
  )
  const what = 'one spawnSync'
  return [
    figure('spawn.raw', what, 'raw ld.so', samples.hooked, samples.raw, { goal: { atMost: 1.05 } }),
    figure('spawn.plain', what, 'a plain one', samples.hooked, samples.plain),
    figure('spawn.host', `${what} in the host's column`, 'a plain one', samples.host, samples.plain),
    ...others.map(([tool, { reason }]) =>
      reason === undefined
        ? figure(`spawn.${tool}`, what, tool, samples.hooked, samples[tool])
        : missing(`spawn.${tool}`, what, tool, reason),
    ),
  ]
}

async function shells({ session, program }, progress) {
  const { runInTest, detach } = attach({ session: session.file, column, file: 'bench' })
  detach()
  const beside = (args) => ({
    plain: () => started(() => spawnSync('/bin/sh', args)),
    hooked: () => started(() => runInTest('bench', 0, () => spawnSync('/bin/sh', args))),
  })
  const one = await interleave(beside(['-c', `${program} 0; exit $?`]), { rounds: 20, calls: 10 })
  progress(`${inShell} programs by one sh`)
  const many = await interleave(beside(loopOf(program)), { rounds: 15, warmUp: 1 })
  return [
    figure('spawn.sh', 'a program by `sh -c`', 'a plain one', one.hooked, one.plain),
    figure('spawn.shell', `${inShell} programs by one sh`, 'plain', many.hooked, many.plain, { goal: { atMost: 1.3 } }),
  ]
}

function started(start) {
  const { status, error } = start()
  if (status !== 0) throw error ?? new Error(`a program ended with ${status}`)
}
