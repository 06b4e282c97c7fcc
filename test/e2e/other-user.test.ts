import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { dirSync } from 'tmp'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { buildPrograms } from '../../fixtures/programs/build.mjs'
import { attach, closeSession, gridOf, loadConfig, prepareMatrix, type Session, uninstall } from './traps/built.js'

const { name: directory } = dirSync({ unsafeCleanup: true, prefix: 'glibc-matrix-other-user-' })
// Only root may start children of others.
const user = process.geteuid?.() === 0 ? { uid: 65534, gid: 65534 } : {}
let program: string
let session: Session

beforeAll(async () => {
  chmodSync(directory, 0o755)
  const built = await buildPrograms(directory, ['print-libc'])
  program = built['print-libc'] ?? ''
  session = await prepareMatrix(await loadConfig({ cwd: directory }), { install: false })
})
afterAll(() => {
  uninstall()
  closeSession(session)
})

/** The accountant asks where another user's process comes from, which nobody knows when it is gone. */
it('a program of another user is counted to its end, however late the accountant comes to it', async () => {
  const accountant = Number(
    execFileSync('pgrep', ['-P', String(process.pid), '-x', 'accountant'], { encoding: 'utf8' }),
  )
  const { runInTest } = attach({ session: session.file, column: 'host', file: 'file' })
  process.kill(accountant, 'SIGSTOP')
  const child = runInTest('test', 0, () => spawn(program, { cwd: directory, stdio: 'ignore', ...user }))
  const ended = once(child, 'exit')
  await Promise.race([ended, setTimeout(500)])
  process.kill(accountant, 'SIGCONT')
  expect(await ended).toEqual([0, null])
  const cell = () =>
    gridOf(session, [{ column: 'host', suite: 'file', test: 'test', state: 'pass', durationMs: 1 }]).rows[0]?.cells.host
  await expect.poll(() => cell()?.state, { timeout: 5000 }).toBe('pass')
  expect(cell()?.records.map(({ accounting }) => accounting)).toEqual(['exact'])
})
