import { join } from 'node:path'
import { execa } from 'execa'
import { expect, it } from 'vitest'
import { cleanEnv, compile, project } from './project.js'

it('judges a rerun of watch mode by its own records alone', async () => {
  const programs = await compile()
  const suite = project('suite', programs)
  const { stdout } = await execa(process.execPath, [join(suite.directory, 'rerun.mjs')], {
    cwd: suite.directory,
    reject: false,
    extendEnv: false,
    env: { ...cleanEnv(), FIXTURE_PROGRAMS: programs },
  })
  const [first, second] = [...stdout.matchAll(/^glibc-matrix: (.*)$/gm)].map(([, summary]) => summary)
  // The file ran uses-strlcpy, which needs GLIBC_2.38, and then print-libc.
  expect(first).toMatch(/incompatible; . red$/)
  expect(second).toBe('3 pass')
})
