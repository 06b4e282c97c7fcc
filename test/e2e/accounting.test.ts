import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { dirSync } from 'tmp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildPrograms } from '../../fixtures/programs/build.mjs'

const { name: directory } = dirSync({ unsafeCleanup: true, prefix: 'glibc-matrix-accounting-' })
const bin = join(import.meta.dirname, '../../packages/cli/dist/bin.js')
const isRoot = process.getuid?.() === 0
const nobody = 65534

beforeAll(async () => {
  chmodSync(directory, 0o755)
  await buildPrograms(directory, ['tells-libc', 'starts-oddly'])
  copyFileSync(join(directory, 'tells-libc'), join(directory, 'set-id'))
  chmodSync(join(directory, 'set-id'), 0o4755)
  mkdirSync(join(directory, 'home'))
  chmodSync(join(directory, 'home'), 0o777)
  writeFileSync(join(directory, 'package.json'), '{}')
})
afterAll(() => {
  // What nobody wrote, root's tmp can remove; nobody's own needs the same user.
  execFileSync('rm', ['-rf', join(directory, 'home')])
})

/** The host's column alone needs no sysroot, which another user would have to install first. */
function run(accounting: string, command: string, uid: number | undefined) {
  const args = [bin, 'run', '--json', '--sysroot', 'host', '--accounting', accounting, '--', 'sh', '-c', command]
  const env = { PATH: process.env.PATH, HOME: join(directory, 'home') }
  const result = spawnSync(process.execPath, args, { cwd: directory, env, encoding: 'utf8', uid, gid: uid })
  const [column] = JSON.parse(result.stdout).columns
  const { state, reason, records } = column as { state: string; reason?: string; records: { accounting: string }[] }
  return { state, reason, accounting: [...new Set(records.map((record) => record.accounting))] }
}

describe.each(isRoot ? [process.getuid?.(), nobody] : [undefined])('as user %s', (uid) => {
  it('auto and exact: the kernel counts', () => {
    for (const accounting of ['auto', 'exact'])
      expect(run(accounting, './tells-libc', uid)).toEqual({ state: 'pass', reason: undefined, accounting: ['exact'] })
  })

  it('shim: nobody but the shims counts, and a raw system call is not seen', () => {
    expect(run('shim', './tells-libc', uid)).toEqual({ state: 'pass', reason: undefined, accounting: ['shim'] })
    expect(run('shim', './starts-oddly raw ./tells-libc; ./tells-libc', uid).accounting).toEqual(['shim'])
    expect(run('auto', './starts-oddly raw ./tells-libc; ./tells-libc', uid).state).toBe('unproven')
  })

  it('a set-user-ID program is unproven, and without CAP_SYS_ADMIN it is told why', () => {
    const { state, reason } = run('auto', './set-id; true', uid)
    expect(state).toBe('unproven')
    expect(reason).toContain(uid === 0 ? 'nobody knows what it ran on' : "`accounting: 'shim'` leaves it")
    expect(run('shim', './set-id; true', uid).reason).toContain('nobody knows what it ran on')
  })
})
