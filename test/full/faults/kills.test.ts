import { type ChildProcess, spawn } from 'node:child_process'
import { randomInt, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { falseTicks } from './judge.js'
import { marked, processesOf, type Role, remaining } from './processes.js'
import { makeSuite, type Runner, removeStore, type Suite, type User } from './suite.js'

/** Of each kind, half of them with each runner; `npm run faults` takes 50, of the accountant a third; a third of all for another user. */
const kills = Number(process.env.FAULTS ?? 6)
const runners: readonly Runner[] = ['vitest', 'jest']
const tally = new Map<string, number>()

/** Root's own runs, and those of a user without any privilege: other ways to count, to signal and to sweep. */
const users: readonly User[] = process.getuid?.() === 0 ? ['own', 'nobody'] : ['own']

interface Run {
  readonly id: string
  readonly child: ChildProcess & { readonly pid: number }
  readonly ended: Promise<number | null>
  output(): string
}

afterAll(() => {
  console.log(['faults survived', ...[...tally].map(([what, count]) => `${what}: ${count}`)].join('\n  '))
})

describe.each(users)('as %s', (user) => {
  const wanted = user === 'own' ? kills : Math.ceil(kills / 3)
  let suite: Suite
  /** Process ids of runners that were killed. */
  const killed: number[] = []
  /** Milliseconds that an undisturbed run takes, by runner. */
  const length = new Map<Runner, number>()

  beforeAll(async () => {
    suite = await makeSuite(6, user)
  })

  afterAll(async () => {
    await removeStore(suite.home)
  })

  it.each(runners)('%s, undisturbed: every test of every column is proven, and vouched for', async (runner) => {
    const began = performance.now()
    const run = start(runner)
    expect([await run.ended, run.output()]).toEqual([0, expect.any(String)])
    length.set(runner, performance.now() - began)
    const cells = (suite.grid()?.rows ?? []).flatMap(({ cells }) => Object.values(cells).map(({ state }) => state))
    expect(cells).toEqual(Array.from({ length: 48 }, () => 'pass'))
    expect(suite.witnesses()).toHaveLength(48)
    expect(falseTicks(suite.grid(), suite.witnesses())).toEqual([])
    expect(falseTicks(suite.grid(), suite.witnesses().slice(1))).toHaveLength(1)
  })

  describe.each(runners)('kill -9 with %s', (runner) => {
    it('of the runner: no process is left, no grid is half written, no lock or directory stays', async () => {
      for (let count = 0; count < wanted / runners.length; count++) {
        const run = start(runner)
        await setTimeout(randomInt(Math.round(length.get(runner) ?? 5000)))
        run.child.kill('SIGKILL')
        await run.ended
        killed.push(run.child.pid)
        expect(await remaining(run.id, run.child.pid, 20)).toEqual([])
        expect(falseTicks(suite.grid(), suite.witnesses())).toEqual([])
        tell(`${user}, ${runner}: runner killed`)
      }
    })

    it.each<Role>(['worker', 'program', 'accountant'])('of the role %s', async (role) => {
      const ofRole = role === 'accountant' ? wanted / 3 : wanted
      for (let done = 0; done < ofRole / runners.length; ) {
        const run = start(runner)
        const ended = run.ended.then(() => true)
        for (;;) {
          const pause = role === 'program' ? randomInt(60) : randomInt(100, 500)
          if (await Promise.race([ended, setTimeout(pause, false)])) break
          if (done >= ofRole / runners.length) continue
          const victims = processesOf(run.id, run.child.pid).filter(
            (found) => found.role === role && (role !== 'worker' || found.hasBegun),
          )
          const victim = victims[randomInt(Math.max(victims.length, 1))]
          if (victim === undefined || !kill(victim.pid)) continue
          done += 1
          tell(`${user}, ${runner}: ${role} killed`)
        }
        const status = await run.ended
        if (role === 'worker') expect([status, run.output()]).not.toEqual([0, expect.anything()])
        expect(await remaining(run.id, run.child.pid, 20)).toEqual([])
        const ticks = falseTicks(suite.grid(), suite.witnesses())
        expect(ticks, run.output()).toEqual([])
      }
    })
  })

  it('what the killed runners left is swept by the next run, and holds up nothing', async () => {
    const ran = ([file = '', ...args]: readonly string[]) =>
      execa(file, args, { cwd: suite.directory, env: suite.env, extendEnv: false })
    await ran(suite.cli('run', '--sysroot', 'host', '--', 'true'))
    const left = readdirSync('/tmp').filter((name) => {
      const [pid] = read(join('/tmp', name, 'glibc-matrix.pid')).split(' ')
      return killed.includes(Number(pid))
    })
    expect(left).toEqual([])
    const { stdout } = await ran(suite.cli('remove', '2.31'))
    expect(stdout).toContain('2.31')
    const store = join(suite.home, 'store')
    const files = readdirSync(store, { recursive: true, encoding: 'utf8' })
    expect(files.filter((name) => /^(uses|locks|scratch)\//.test(name))).toEqual([])
  })

  function start(runner: Runner): Run {
    suite.clear()
    const id = randomUUID()
    const [file = '', ...args] = suite.command(runner)
    const env = { ...suite.env, ...marked(id) }
    const child = spawn(file, args, { cwd: suite.directory, env, stdio: ['ignore', 'pipe', 'pipe'] })
    let said = ''
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (data) => {
        said += data
      })
    const ended = once(child, 'exit').then(([status]) => status as number | null)
    return { id, child: child as Run['child'], ended, output: () => said }
  }
})

function kill(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL')
  } catch {
    return false
  }
}

function tell(what: string): void {
  tally.set(what, (tally.get(what) ?? 0) + 1)
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
