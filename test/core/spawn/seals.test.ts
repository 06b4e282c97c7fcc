import { fork, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, cpSync, lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { buildPrograms } from '../../../fixtures/programs/build.mjs'
import { attach, uninstall } from '../../../packages/core/src/spawn/attach.js'
import { closeSession, type Session } from '../../../packages/core/src/spawn/session.js'
import { scratch } from '../reroute/programs.js'
import { sysroot } from '../reroute/sysroots.js'
import { linesOf, sessionFor } from './session.js'

const directory = scratch()
const worker = join(import.meta.dirname, '../../e2e/worker/child.cjs')
const sessions: Session[] = []
let printLibc: string

beforeAll(async () => {
  chmodSync(directory, 0o755)
  printLibc = (await buildPrograms(directory, ['print-libc']))['print-libc'] ?? ''
})

afterEach(() => {
  uninstall()
  for (const session of sessions.splice(0)) closeSession(session)
})

async function open(old?: string): Promise<Session> {
  const session = await sessionFor(directory, old)
  sessions.push(session)
  return session
}

/** What the run's directory holds of a column's seal, or of a half made one. */
const filesOf = (session: Session, column: string) => {
  const { letter } = session.columns.find(({ name }) => name === column) ?? { letter: '' }
  return readdirSync(session.directory).filter((name) => name.startsWith(letter))
}
const isWorkshop = (name: string) => name.startsWith('.seal')

/** A worker that starts the program in the column. */
function startWorker(session: Session, column: string, file: string) {
  const child = fork(worker, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  const body = `return require('node:child_process').execFileSync('${printLibc}', { encoding: 'utf8' })`
  child.send({ session: session.file, column, file, runtime: 'host', body })
  return child
}

describe('a seal', () => {
  it('is made for a column in which a file runs, and for no other', async () => {
    const session = await open()
    expect([filesOf(session, 'host'), filesOf(session, '2.31')]).toEqual([[], []])
    attach({ session: session.file, column: '2.31', file: 'a' })
    expect(filesOf(session, 'host')).toEqual([])
    expect(filesOf(session, '2.31')).toEqual(expect.arrayContaining(['1.json', '1d', '1h', '1l', '1libasan.so', '1p']))
    expect(readdirSync(session.directory).filter(isWorkshop)).toEqual([])
  })

  it('that many workers need at once is the same for all of them', async () => {
    const session = await open()
    const children = Array.from({ length: 6 }, (_, index) => startWorker(session, '2.31', `file-${index}`))
    const answers = await Promise.all(children.map(async (child) => (await once(child, 'message'))[0]))
    for (const answer of answers) expect(answer).toEqual({ value: expect.stringContaining('glibc=2.31') })
    const mapped = linesOf(session, 'mapped')
    expect(mapped).toHaveLength(6)
    const loaders = mapped.flatMap(({ objects }) => objects.filter(({ path }) => path === `${session.directory}/1d`))
    expect(new Set(loaders.map(({ inode }) => inode)).size).toBe(1)
    expect(readdirSync(session.directory).filter(isWorkshop)).toEqual([])
  })

  it('whose worker was killed while it made it is made by the next, wherever the kill fell', async () => {
    for (let tries = 0, half = 0; half < 3; tries++) {
      expect(tries).toBeLessThan(200)
      const session = await open()
      const child = startWorker(session, '2.31', 'killed')
      const ended = once(child, 'exit')
      while (!readdirSync(session.directory).some(isWorkshop) && child.exitCode === null) await setTimeout(0)
      await setTimeout(tries % 8)
      child.kill('SIGKILL')
      await ended
      if (!filesOf(session, '2.31').includes('1.json')) half++
      const next = startWorker(session, '2.31', 'next')
      expect((await once(next, 'message'))[0]).toEqual({ value: expect.stringContaining('glibc=2.31') })
    }
  })
})

/** Who is not root starts no children of other users. */
describe.each(process.geteuid?.() === 0 ? ['root'] : [])('the seal for children of other users, of %s', () => {
  const nobody = { uid: 65534, gid: 65534, cwd: '/', encoding: 'utf8' } as const

  /** Wherever the store lies: a copy where other users can't come. */
  async function outOfReach(): Promise<string> {
    const root = join(scratch(), 'root')
    cpSync((await sysroot('debian:bullseye')).path, root, { recursive: true, verbatimSymlinks: true })
    return `dir:${root}`
  }

  it('is made by the first such child, for it to read and nobody to write, whatever the umask', async () => {
    const spec = await outOfReach()
    for (const mask of [0, 0o077]) {
      const session = await open(spec)
      attach({ session: session.file, column: '2.31', file: 'a' })
      expect(filesOf(session, '2.31')).not.toContain('1u.json')
      const before = process.umask(mask)
      try {
        expect(spawnSync(printLibc, nobody).stdout).toContain('glibc=2.31')
      } finally {
        process.umask(before)
      }
      const made = filesOf(session, '2.31').filter((name) => name.startsWith('1u'))
      expect(made).toEqual(expect.arrayContaining(['1u.json', '1ud', '1ul', '1up']))
      const paths = made
        .map((name) => join(session.directory, name))
        .filter((path) => !lstatSync(path).isSymbolicLink())
      expect(paths.filter((path) => (lstatSync(path).mode & 0o022) !== 0)).toEqual([])
      uninstall()
    }
  })
})
