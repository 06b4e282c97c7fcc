import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { checkSysroots } from '../../../packages/core/src/sysroot/check-store.js'
import { unfinished } from '../../core/sysroot/store-content.js'
import { bin } from '../../e2e/cli/command.js'
import { digests, good, type Here } from '../../e2e/cli/here.js'
import { mirrorOf } from '../../e2e/cli/loopback-suite.js'
import { suiteOf } from './versions.js'

const KILLS = 100

/** Starts an update, kills it after so many milliseconds; answers whether it was still at work. */
async function killedAfter(milliseconds: number, { cwd, env }: Here): Promise<boolean> {
  const child = spawn(process.execPath, [bin, 'update', 'v1'], {
    cwd,
    env: { ...process.env, ...env },
    stdio: 'ignore',
  })
  const end = once(child, 'exit')
  await Promise.race([setTimeout(milliseconds), end])
  child.kill('SIGKILL')
  const [, signal] = await end
  return signal === 'SIGKILL'
}

async function durationOf(here: Here): Promise<number> {
  const began = performance.now()
  await good(here, 'update', 'v1')
  return performance.now() - began
}

test(`an update that is killed at ${KILLS} random moments leaves the old state or the new one, and the next is good`, async () => {
  const { mirror, project } = await mirrorOf(await suiteOf('0'))
  const here = project()
  await good(here, 'add')
  await mirror.publish(await suiteOf('1'))
  let duration = await durationOf(here)
  let [digest] = await digests(here)
  const seen = new Set([digest])
  let killed = 0
  for (let round = 0; round < KILLS; round += 1) {
    await mirror.publish(await suiteOf(`2-${round}`))
    // Node's own start, in which nothing happens yet, is a third of it.
    const isKilled = await killedAfter(duration * (0.3 + Math.random() * 0.8), here)
    if (isKilled) killed += 1
    // On a machine with other work it takes now longer, now shorter: about one of six is to end by itself.
    duration *= isKilled ? 1.01 : 0.95
    const checked = checkSysroots(here.env)
    expect(checked.flatMap(({ faults }) => faults)).toEqual([])
    expect(checked).toHaveLength(1)
    digest = checked[0]?.digest as string
    seen.add(digest)
  }
  // Both ends were met: kills that came too early for the new state, and updates that were done.
  expect(killed).toBeGreaterThan(KILLS / 2)
  expect(seen.size).toBeGreaterThan(2)
  await mirror.publish(await suiteOf('3'))
  await good(here, 'update')
  await good(here, 'add', '--frozen')
  await good(here, 'gc')
  expect(unfinished(here.env.GLIBC_MATRIX_HOME as string)).toEqual([])
  expect(await digests(here)).toHaveLength(1)
  expect(await digests(here)).not.toContain(digest)
})

test('an update that is killed at any of its renames leaves nothing that gc leaves', async () => {
  const { mirror, project } = await mirrorOf(await suiteOf('0'))
  const here = project()
  await good(here, 'add')
  let killed = 0
  for (; ; killed += 1) {
    await mirror.publish(await suiteOf(`renamed-${killed}`))
    if ((await killedAtRename(killed + 1, here)) === 0) break
    expect(checkSysroots(here.env).flatMap(({ faults }) => faults)).toEqual([])
    await good(here, 'update')
    await good(here, 'gc')
    expect(unfinished(here.env.GLIBC_MATRIX_HOME as string)).toEqual([])
  }
  // A package's, the tree's, its record's and the lock file's.
  expect(killed).toBeGreaterThanOrEqual(4)
})

/** Answers the exit status; the renames of Node's threads are counted for each. */
async function killedAtRename(which: number, { cwd, env }: Here): Promise<number | null> {
  const inject = `inject=rename,renameat,renameat2:signal=KILL:when=${which}`
  const words = ['-f', '-qq', '-o', '/dev/null', '-e', inject, process.execPath, bin, 'update', 'v1']
  const child = spawn('strace', words, { cwd, env: { ...process.env, ...env }, stdio: 'ignore' })
  const [status] = await once(child, 'exit')
  return status
}
