import { ChildProcess, execFile, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, readdirSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { promisify } from 'node:util'
import threads from 'node:worker_threads'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { buildPrograms } from '../../../fixtures/programs/build.mjs'
import { attach as attachBuilt, uninstall as uninstallBuilt } from '../../../packages/core/dist/register.js'
import { attach, uninstall } from '../../../packages/core/src/spawn/attach.js'
import { closeSession, type Session } from '../../../packages/core/src/spawn/session.js'
import { syncBinding } from '../../../packages/core/src/spawn/sync-binding.js'
import { scratch } from '../reroute/programs.js'
import { linesOf, sessionFor } from './session.js'

const directory = scratch()
const asynchronous = ChildProcess.prototype as unknown as { spawn: unknown }
const synchronous = syncBinding()
const hooks = () => [asynchronous.spawn, synchronous.spawn, process.dlopen, threads.Worker]
const untouched = hooks()

const sessions: Session[] = []
let printLibc: string
let sleeps: string

beforeAll(async () => {
  chmodSync(directory, 0o755)
  const built = await buildPrograms(directory, ['print-libc', 'sleep-and-trap'])
  printLibc = built['print-libc'] ?? ''
  sleeps = built['sleep-and-trap'] ?? ''
})

afterEach(() => {
  uninstall()
  for (const session of sessions.splice(0)) closeSession(session)
})

async function open(): Promise<Session> {
  const session = await sessionFor(directory)
  sessions.push(session)
  return session
}

const versionIn = (stdout: string) => /^glibc=(.*)$/m.exec(stdout)?.[1]
const version = () => versionIn(spawnSync(printLibc, { encoding: 'utf8' }).stdout)

it('an addon is named by its file, and a require that finds none is no addon', async () => {
  const session = await open()
  attach({ session: session.file, column: '2.31', file: 'a' })
  const require = createRequire(import.meta.url)
  const { arch } = process
  const name = `@unrs/resolver-binding-linux-${arch}-gnu/resolver.linux-${arch}-gnu.node`
  expect(() => require('../build/Release/resolver.node')).toThrow('Cannot find module')
  expect(linesOf(session, 'addon')).toEqual([])
  require(name)
  expect(new Set(linesOf(session, 'addon').map(({ path }) => path))).toEqual(new Set([require.resolve(name)]))
})

describe('installing', () => {
  it('replaces four functions and puts the very same ones back', async () => {
    attach({ session: (await open()).file, column: 'host', file: 'a' })
    expect(hooks().map((hook, index) => hook === untouched[index])).toEqual([false, false, false, false])
    uninstall()
    expect(hooks()).toEqual(untouched)
    uninstall()
    expect(hooks()).toEqual(untouched)
  })

  it('twice is once: each spawn is announced once', async () => {
    const session = await open()
    attach({ session: session.file, column: '2.31', file: 'a' })
    const installed = hooks()
    attach({ session: session.file, column: '2.31', file: 'b' })
    expect(hooks()).toEqual(installed)
    expect(version()).toBe('2.31')
    expect(linesOf(session, 'spawn').map(({ place }) => place.file)).toEqual(['b'])
    expect(linesOf(session, 'hook').map(({ file }) => file)).toEqual(['a', 'b'])
  })

  it('a start that was made before is announced as the first was, but for its number and arguments', async () => {
    const session = await open()
    attach({ session: session.file, column: '2.31', file: 'a' })
    for (const argument of ['one', 'one', '"ü\\', 'one']) {
      spawnSync(printLibc, [argument], { argv0: argument })
      spawnSync('sh', ['-c', ': "$0"', argument])
    }
    const lines = linesOf(session, 'spawn')
    const [program, tool] = lines
    const told = (first: typeof program, index: number) => {
      const { id } = lines[index] ?? {}
      return { ...first, id, command: lines[index]?.command }
    }
    expect(lines).toEqual(lines.map((_, index) => told(index % 2 === 0 ? program : tool, index)))
    expect(lines.map(({ command }) => command.at(-1))).toEqual([
      'one',
      'one',
      'one',
      'one',
      '"ü\\',
      '"ü\\',
      'one',
      'one',
    ])
    expect(new Set(lines.map(({ id }) => id)).size).toBe(8)
    const names = linesOf(session, 'mapped').map(({ id }) => id)
    expect(names.toSorted()).toEqual(lines.map(({ id }) => id).toSorted())
  })

  it('by two copies of this package is once, and either takes it out', async () => {
    const session = await open()
    attach({ session: session.file, column: 'host', file: 'a' })
    const installed = hooks()
    const built = attachBuilt({ session: session.file, column: '2.31', file: 'b' })
    expect(hooks()).toEqual(installed)
    expect(version()).toBe('2.31')
    expect(built.runInColumn('host', version)).not.toBe('2.31')
    expect(linesOf(session, 'spawn')).toHaveLength(2)
    uninstallBuilt()
    expect(hooks()).toEqual(untouched)
    expect(version()).not.toBe('2.31')
    expect(linesOf(session, 'spawn')).toHaveLength(2)
  })

  it('another session takes the place of the one before', async () => {
    const [first, second] = [await open(), await open()]
    attach({ session: first.file, column: '2.31', file: 'a' })
    attach({ session: second.file, column: '2.31', file: 'a' })
    expect(version()).toBe('2.31')
    expect([linesOf(first, 'spawn').length, linesOf(second, 'spawn').length]).toEqual([0, 1])
    uninstall()
    expect(hooks()).toEqual(untouched)
  })

  it('leaves a patch that somebody put over it', async () => {
    const session = await open()
    attach({ session: session.file, column: '2.31', file: 'a' })
    const ours = synchronous.spawn
    const theirs: typeof ours = (options) => ours(options)
    synchronous.spawn = theirs
    try {
      expect(version()).toBe('2.31')
      uninstall()
      expect(synchronous.spawn).toBe(theirs)
      expect(version()).not.toBe('2.31')
    } finally {
      synchronous.spawn = untouched[1] as typeof ours
    }
  })

  it('a session that is gone is a typed error and installs nothing', async () => {
    const session = await open()
    closeSession(session)
    expect(() => attach({ session: session.file, column: 'host', file: 'a' })).toThrow(
      expect.objectContaining({ code: 'SESSION_NOT_FOUND' }),
    )
    expect(hooks()).toEqual(untouched)
  })
})

describe('whose spawn it is', () => {
  it('a test’s, through promises and concurrently; else the file’s; after detach nobody’s', async () => {
    const session = await open()
    const attachment = attach({ session: session.file, column: 'host', file: 'a' })
    version()
    const inTest = (test: string, column: string) =>
      attachment.runInTest(test, 1, () =>
        attachment.runInColumn(column, async () => {
          await new Promise(setImmediate)
          return versionIn((await promisify(execFile)(printLibc)).stdout)
        }),
      )
    const [old, host] = await Promise.all([inTest('one', '2.31'), inTest('two', 'host')])
    expect(old).toBe('2.31')
    expect(host).not.toBe('2.31')
    attachment.setTest('three', 2)
    version()
    attachment.setTest(null)
    version()
    attachment.detach()
    version()
    const places = linesOf(session, 'spawn').map(({ place }) => [place.column, place.test, place.retry])
    expect(places).toHaveLength(5)
    expect(places).toEqual(
      expect.arrayContaining([
        ['host', null, 0],
        ['2.31', 'one', 1],
        ['host', 'two', 1],
        ['host', 'three', 2],
      ]),
    )
  })

  it('a column that could not be had changes nothing', async () => {
    const session = await open()
    attach({ session: session.file, column: '2.99', file: 'a' })
    expect(version()).not.toBe('2.31')
    expect(linesOf(session, 'spawn')).toEqual([])
  })
})

describe('what the journal says of starts that end early', () => {
  it('what the kernel refused failed, with its errno; what a time-out ended did not', async () => {
    const session = await open()
    attach({ session: session.file, column: '2.31', file: 'a' })
    spawnSync('./nothing-here')
    spawnSync(sleeps, ['ignore'], { timeout: 300, killSignal: 'SIGKILL' })
    spawnSync(sleeps, ['ignore'], { maxBuffer: 2, killSignal: 'SIGKILL' })
    await once(spawn('./nothing-here'), 'error')
    const [missing, timedOut, overflown, missingToo] = linesOf(session, 'spawn').map(({ id }) => id)
    expect(linesOf(session, 'failed')).toEqual([
      { type: 'failed', id: missing, errno: -2 },
      { type: 'failed', id: missingToo, errno: -2 },
    ])
    const mapped = new Set(linesOf(session, 'mapped').map(({ id }) => id))
    expect([timedOut, overflown].map((id) => mapped.has(id ?? ''))).toEqual([true, true])
  })

  it('a child of another user proves its libc in a journal of its own; without root the kernel’s refusal stays', async () => {
    const session = await open()
    attach({ session: session.file, column: '2.31', file: 'a' })
    const result = spawnSync(printLibc, { uid: 65533, gid: 65533, encoding: 'utf8' })
    if (process.getuid?.() !== 0) {
      expect(result.error).toMatchObject({ code: 'EPERM', syscall: `spawnSync ${printLibc}` })
      expect(linesOf(session, 'failed')).toHaveLength(1)
      return
    }
    expect([versionIn(result.stdout), result.status]).toEqual(['2.31', 0])
    const { libc } = session.columns[1]?.sysroot ?? {}
    const record = linesOf(session, 'mapped')[0]
    expect(record?.objects.find(({ soname }) => soname === 'libc.so.6')).toMatchObject({
      inode: libc?.inode,
      device: libc?.device,
      buildId: libc?.buildId,
    })
    const owners = readdirSync(session.journals).map((name) => statSync(`${session.journals}/${name}`).uid)
    expect(owners.sort()).toEqual([0, 0, 65533, 65533])
  })
})
