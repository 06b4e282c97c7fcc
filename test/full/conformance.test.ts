import { dirSync } from 'tmp'
import { beforeAll, describe, it } from 'vitest'
import { expectSame, runners } from '../e2e/conformance/in-runner.js'
import { prepare } from '../e2e/conformance/prepare.mjs'

const directory = dirSync({ unsafeCleanup: true, prefix: 'glibc-matrix-conformance-' }).name

beforeAll(async () => {
  await prepare(directory)
})

/** test/e2e/conformance has the others. */
const pools = ['forks', 'vmForks', 'vmThreads', 'esm']

describe.each(runners.filter(([, pool]) => pools.includes(pool)))('%s', (...runner) => {
  it('behaves with every option, and fails, as without the hook', () => expectSame(runner, directory, true))
})
