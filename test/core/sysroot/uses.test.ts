import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type Holder, holderHere } from '../../../packages/core/src/sysroot/holder.js'
import { storePaths } from '../../../packages/core/src/sysroot/store.js'
import { holdersOf, holding } from '../../../packages/core/src/sysroot/uses.js'
import { temporary } from './debian/machine.js'

const hour = 3_600_000

/** A store in which a process, or whatever was written, holds the tree `t`. */
function held(note: Partial<Holder> | string, age = 0) {
  const env = { GLIBC_MATRIX_HOME: temporary() }
  const { uses } = storePaths(env)
  const file = join(uses, 't~1-ab')
  mkdirSync(uses, { recursive: true })
  writeFileSync(file, typeof note === 'string' ? note : JSON.stringify({ ...holderHere(), ...note }))
  const then = new Date(Date.now() - age)
  utimesSync(file, then, then)
  return { env, notes: () => readdirSync(uses) }
}

test.each([
  ['of a process that runs', {}, 400 * hour, true],
  ['of one whose number another process has now', { start: '1' }, 0, false],
  ['of one that is gone', { pid: 2 ** 22 + 1 }, 0, false],
  ['of another machine, or of this one before it was started again', { boot: 'other' }, 0, true],
  ['of another container', { namespace: 'pid:[1]' }, 23 * hour, true],
  ['of another machine, a day old', { boot: 'other' }, 25 * hour, false],
  ['that is not finished', '{"boot"', 0, true],
  ['that is not finished, a day old', '', 25 * hour, false],
] as const)('a note %s', (_, note, age, counts) => {
  const { env, notes } = held(note, age)
  expect(holdersOf(env, 't')).toHaveLength(counts ? 1 : 0)
  // What counts for nothing is gone for the next one.
  expect(notes()).toHaveLength(counts ? 1 : 0)
})

test('a note is there while the work is, whatever it ends in', async () => {
  const env = { GLIBC_MATRIX_HOME: temporary() }
  expect(await holding('t', env, () => holdersOf(env, 't').map(({ pid }) => pid))).toEqual([process.pid])
  await expect(
    holding('t', env, () => {
      throw new Error('no')
    }),
  ).rejects.toThrow('no')
  expect(readdirSync(storePaths(env).uses)).toEqual([])
  // Another name that begins alike is another's.
  await holding('t2', env, () => expect(holdersOf(env, 't')).toEqual([]))
})
