import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readlinkSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { dirSync } from 'tmp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildPrograms } from '../../fixtures/programs/build.mjs'
import { attach, closeSession, gridOf, loadConfig, prepareMatrix, type Session, uninstall } from '../e2e/traps/built.js'
import { commands, type RealCommand } from './behaviour/commands.js'
import { installPrograms } from './behaviour/programs.js'
import { seenFromOutside, type WaitingProgram, waiting } from './behaviour/waiting.js'

const directory = realpathSync(dirSync({ unsafeCleanup: true, prefix: 'glibc-matrix-behaviour-' }).name)
let programs: Readonly<Record<string, string>>

beforeAll(async () => {
  const built = await buildPrograms(directory, ['print-surroundings', 'die-by-signal', 'sleep-and-trap'])
  programs = { ...built, ...installPrograms(directory) }
  mkdirSync(join(directory, 'text'))
  for (const name of ['a', 'b']) writeFileSync(join(directory, 'text', name), `hay\nneedle in ${name}\n`)
  mkdirSync(join(directory, 'home'))
})

const env = {
  ...{ PATH: process.env.PATH, HOME: join(directory, 'home'), LANG: 'C.UTF-8', ONE: '1', EMPTY: '', 'odd name': 'x=y' },
  ...{ DENO_NO_UPDATE_CHECK: '1', NO_COLOR: '1', GIT_CONFIG_NOSYSTEM: '1' },
}

/** All that a caller sees of a run, a core dump in its working directory included. */
function observe({ program, args, input }: RealCommand) {
  rmSync(join(directory, 'repository', '.git', 'index.lock'), { force: true })
  const file = programs[program] as string
  const options = { cwd: directory, env, input: input ?? '', argv0: program === 'bash' ? '-bash' : file } as const
  const { status, signal, stdout, stderr } = spawnSync(file, [...args], options)
  const core = join(directory, 'core')
  const dumped = existsSync(core)
  rmSync(core, { force: true })
  return { status, signal, dumped, stdout: plain(stdout), stderr: plain(stderr) }
}

/** Without what is another in any two runs: ids of processes, addresses, and how long something took. */
function plain(bytes: Buffer): string {
  return bytes.toString().replace(/0x[0-9a-f]{6,}|\/proc\/\d+|\bpid \d+|\b\d{1,7}: |\d+(µs|ms)/g, '#')
}

/** What others see of it while it waits; `exe` is the one thing that may differ. */
async function observeOutside({ program, args, input }: WaitingProgram) {
  const file = programs[program] as string
  const child = spawn(file, args, { cwd: directory, env, argv0: `./${program}`, stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  child.stdin.write(input ?? '')
  await once(child.stdout, 'data')
  const seen = seenFromOutside(child.pid as number)
  const exe = readlinkSync(`/proc/${child.pid}/exe`)
  child.kill('SIGKILL')
  await ended
  return { seen, isItself: exe === realpathSync(file) }
}

// A program that is killed leaves a core where core_pattern is a name, as far as its limits allow.
// What Python's own modules need, which it opens by itself.
const packages = ['zlib1g']
const sysroots = { '2.36': 'debian:bookworm', '2.41': 'debian:trixie', '2.43': 'debian:forky' }

describe.each(['loader', 'patch', 'namespace'] as const)('by %s', (strategy) => {
  let session: Session
  beforeAll(async () => {
    const config = await loadConfig({ cwd: directory, overrides: { sysroots, strategy, packages } })
    session = await prepareMatrix(config, { install: true, runtime: 'node' })
  })
  afterAll(() => closeSession(session))

  it.each(commands)('$program $args does and sees what it would without us', (command) => {
    uninstall()
    observe(command)
    const without = observe(command)
    const test = `${command.program} ${command.args.join(' ')}`
    const results = session.columns.map(({ name: column }) => {
      const { runInTest } = attach({ session: session.file, column, file: 'behaviour' })
      const seen = runInTest(test, 0, () => observe(command))
      expect({ column, ...seen }).toEqual({ column, ...without })
      return { column, suite: 'behaviour', test, state: 'pass' as const, durationMs: 0 }
    })
    uninstall()
    const cells = Object.values(gridOf(session, results).rows[0]?.cells ?? {})
    expect(cells.map(({ state, reason }) => ({ state, reason }))).toEqual(cells.map(() => ({ state: 'pass' })))
  })

  it.each(waiting)('$program waits, and others see of it what they would without us', async (command) => {
    uninstall()
    const without = await observeOutside(command)
    expect(without.isItself).toBe(true)
    for (const { name: column } of session.columns) {
      const { runInTest } = attach({ session: session.file, column, file: 'outside' })
      const { seen, isItself } = await runInTest(command.program, 0, () => observeOutside(command))
      expect({ column, ...seen }).toEqual({ column, ...without.seen })
      expect(isItself).toBe(strategy === 'namespace')
    }
    uninstall()
  })
})
