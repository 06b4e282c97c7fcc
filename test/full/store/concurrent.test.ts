import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { checkSysroots } from '../../../packages/core/src/sysroot/check-store.js'
import * as fake from '../../core/sysroot/debian/fake-archive.js'
import { storeContent, unfinished } from '../../core/sysroot/store-content.js'
import { glibcMatrix, storeIn, temporaryDirectory } from '../../e2e/cli/command.js'
import { digests } from '../../e2e/cli/here.js'
import { mirrorOf } from '../../e2e/cli/loopback-suite.js'
import { suiteOf } from './versions.js'

const sixteen = Array.from({ length: 16 }, (_, index) => index)

test('sixteen processes add the same: one downloads, all have it', async () => {
  const { mirror, project } = await mirrorOf(await suiteOf('1'))
  const here = project()
  const outcomes = await Promise.all(sixteen.map(() => glibcMatrix(['add', 'debian:mine'], here)))
  for (const { exitCode, stderr } of outcomes) expect(exitCode, stderr).toBe(0)
  expect(new Set(outcomes.map(({ stdout }) => stdout)).size).toBe(1)
  expect(mirror.asked.filter((path) => path.startsWith('pool/'))).toHaveLength(4)
  const home = here.env.GLIBC_MATRIX_HOME as string
  expect(storeContent(home)).toHaveLength(1)
  expect(unfinished(home)).toEqual([])
  expect(checkSysroots(here.env).flatMap(({ faults }) => faults)).toEqual([])
})

test('sixteen add different ones with packages in common, while others collect garbage and write one lock file', async () => {
  const suites = await Promise.all(sixteen.map(async (each) => fake.suiteFiles(`s${each}`, await suiteOf(`1-${each}`))))
  const { url } = await fake.serve(Object.assign({}, ...suites))
  const cwd = temporaryDirectory()
  const env = { ...storeIn(temporaryDirectory()), CI: '' }
  const sysroots = Object.fromEntries(sixteen.map((each) => [`v${each}`, `debian:s${each}`]))
  writeFileSync(
    join(cwd, 'glibc-matrix.config.json'),
    JSON.stringify({ mirrors: [url], allowUnsigned: true, sysroots }),
  )
  const here = { cwd, env }
  const outcomes = await Promise.all([
    ...sixteen.map((each) => glibcMatrix(['add', `v${each}`], here)),
    ...[1, 2].map(() => glibcMatrix(['add'], here)),
    ...[1, 2, 3, 4].map(() => glibcMatrix(['gc'], here)),
  ])
  for (const { exitCode, stderr } of outcomes) expect(exitCode, stderr).toBe(0)
  expect(new Set(await digests(here)).size).toBe(16)
  expect(storeContent(env.GLIBC_MATRIX_HOME)).toHaveLength(16)
  expect(unfinished(env.GLIBC_MATRIX_HOME)).toEqual([])
  expect(checkSysroots(env).flatMap(({ faults }) => faults)).toEqual([])
  // Three packages that all share, and sixteen that differ.
  expect(readdirSync(join(env.GLIBC_MATRIX_HOME, 'store', 'packages')).length).toBeLessThanOrEqual(19)
  const other = { ...here, env: { ...env, ...storeIn(temporaryDirectory()) } }
  const frozen = await glibcMatrix(['add', '--frozen'], other)
  expect(frozen.exitCode, frozen.stderr).toBe(0)
  expect([...(await digests(other))].sort()).toEqual([...(await digests(here))].sort())
})
