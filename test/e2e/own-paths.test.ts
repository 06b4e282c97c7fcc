import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { dirSync } from 'tmp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildPrograms } from '../../fixtures/programs/build.mjs'
import { attach, closeSession, loadConfig, prepareMatrix, type Session, uninstall } from './traps/built.js'

const { name: directory } = dirSync({ unsafeCleanup: true, prefix: 'glibc-matrix-own-paths-' })
// More than the start page has places for (packages/native/c/start-page.h), and one whose path is too long for any.
const long = 'x'.repeat(200)
const names = [...Array.from({ length: 9 }, (_, index) => `program-${index}`), `${long}/${long}/${long}`]
let session: Session

beforeAll(async () => {
  const built = await buildPrograms(directory, ['print-libc'])
  mkdirSync(join(directory, long, long), { recursive: true })
  const programs = names.map((name) => join(directory, name))
  for (const path of programs) copyFileSync(built['print-libc'] ?? '', path)
  const overrides = { sysroots: { '2.31': 'debian:bullseye' }, strategy: 'namespace' as const, programs }
  session = await prepareMatrix(await loadConfig({ cwd: directory, overrides }), { install: true })
})
afterAll(() => {
  uninstall()
  closeSession(session)
})

describe('programs that a shell starts by their own paths in a mount namespace', () => {
  it('are announced by pointer as far as there is room, and the kernel reports the others', () => {
    const { runInTest } = attach({ session: session.file, column: '2.31', file: 'file' })
    const starts = names.map((name) => `./${name}`).join('; ')
    const output = runInTest('test', 0, () =>
      execFileSync('sh', ['-c', `${starts}; ${starts}; true`], { cwd: directory, encoding: 'utf8' }),
    )
    expect(output.match(/^glibc=2\.31$/gm)).toHaveLength(2 * names.length)
    const lines = readdirSync(session.journals)
      .filter((name) => name.endsWith('.jsonl'))
      .flatMap((name) => readFileSync(join(session.journals, name), 'utf8').trim().split('\n'))
      .map((line) => JSON.parse(line) as { type: string; how?: string; quiet?: boolean; program?: string })
    const itself = lines.filter(({ type, how }) => type === 'exec' && how === 'itself')
    expect(itself).toHaveLength(2 * names.length)
    const reported = lines.filter(({ type, program }) => type === 'kernel' && program?.startsWith(directory))
    expect(reported).toHaveLength(itself.filter(({ quiet }) => quiet !== true).length)
    // A shell that forks instead of vfork(2) has room for each: then it is the long path alone.
    expect(reported.length).toBeGreaterThanOrEqual(2)
  })
})
