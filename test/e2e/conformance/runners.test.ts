import { dirSync } from 'tmp'
import { beforeAll, describe, it } from 'vitest'
import { expectSame, runners } from './in-runner.js'
import { prepare } from './prepare.mjs'

const directory = dirSync({ unsafeCleanup: true, prefix: 'glibc-matrix-conformance-' }).name

beforeAll(async () => {
  await prepare(directory)
})

/** Every option and failure in one worker of each kind: a thread, and a realm of its own. The others are in test/full. */
const whole = ['threads', 'cjs']

describe.each(runners)('%s', (...runner) => {
  const [, pool] = runner

  it('behaves in every column as without the hook', () => expectSame(runner, directory, whole.includes(pool)))
})
