import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import * as fake from '../../core/sysroot/debian/fake-archive.js'
import { bin } from './command.js'
import { digests, good, type Here, refused } from './here.js'
import { mirrorOf } from './loopback-suite.js'

/** A run that stays until it is ended. */
async function running({ cwd, env }: Here) {
  const words = [bin, 'run', '--sysroot', 'v1', '--', 'sh', '-c', 'echo runs; exec sleep 1000']
  const child = spawn(process.execPath, words, { cwd, env: { ...process.env, ...env }, detached: true })
  const end = () =>
    child.exitCode === null && child.signalCode === null && process.kill(-(child.pid as number), 'SIGKILL')
  onTestFinished(() => void end())
  await once(child.stdout, 'data')
  const kill = async () => {
    end()
    await once(child, 'exit')
  }
  return { pid: child.pid, kill }
}

test('what a run uses is neither removed nor collected; the note of one that was killed counts for nothing', async () => {
  const { mirror, project } = await mirrorOf(await fake.basePackages())
  const here = project()
  await good(here, 'add')
  const run = await running(here)
  const stderr = await refused(here, 'remove', 'v1')
  expect(stderr).toContain('SYSROOT_IN_USE')
  expect(stderr).toContain(String(run.pid))
  expect(await digests(here)).toHaveLength(1)

  // Nothing leads to the tree any more, and still it stays.
  const [digest] = await digests(here)
  const deb = await fake.makeDeb([fake.file('./usr/share/doc/libc-bin/copyright', 'other')])
  const packages = await fake.basePackages()
  await mirror.publish(packages.map((each) => (each.name === 'libc-bin' ? { ...each, version: '2', deb } : each)))
  await good(here, 'update')
  const tree = join(here.env.GLIBC_MATRIX_HOME as string, 'store', 'trees', (digest as string).slice(0, 32))
  expect(await good(here, 'gc')).not.toContain('sysroot')
  expect(existsSync(tree)).toBe(true)

  await run.kill()
  expect(readdirSync(join(here.env.GLIBC_MATRIX_HOME as string, 'store', 'uses'))).not.toEqual([])
  expect(await good(here, 'gc')).toContain(`removed sysroot ${tree}`)
  expect(existsSync(tree)).toBe(false)
  expect(await good(here, 'remove', 'v1')).toBe('removed v1 (debian:mine)\n')
})
