import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { compile, project } from './project.js'

let programs: string
beforeAll(async () => {
  programs = await compile()
})

describe('snapshots', () => {
  function setUp() {
    const { directory, jest } = project('snapshots', programs)
    const stored = () => readFileSync(join(directory, '__snapshots__/stored.test.js.snap'), 'utf8')
    return { directory, stored, jest }
  }

  test.each([['-i'], ['-w=2']])(
    'the host writes them, stored and inline, and the other columns compare (%s)',
    async (mode) => {
      const { directory, jest, stored } = setUp()
      const { exitCode, stderr } = await jest([mode])
      expect(stderr).toContain('Snapshots:   2 written, 4 passed, 6 total')
      expect(stored()).toContain('"first"')
      expect(readFileSync(join(directory, 'inline.test.js'), 'utf8')).toContain('"a": 1')
      expect(exitCode).toBe(0)
    },
  )

  test('a column that differs fails and writes nothing, with -u neither', async () => {
    const { jest, stored } = setUp()
    for (const args of [[], ['-u']]) {
      const { exitCode, stderr } = await jest(['stored', ...args], { VARY: 'column' })
      expect(stderr).toContain('Test Suites: 2 failed, 1 passed, 3 total')
      expect(stored()).toContain('"host"')
      expect(exitCode).toBe(1)
    }
  })

  test('-u updates what the host says, for all columns', async () => {
    const { jest, stored } = setUp()
    await jest(['stored'])
    expect((await jest(['stored'], { VALUE: 'second' })).exitCode).toBe(1)
    const { exitCode, stderr } = await jest(['stored', '-u'], { VALUE: 'second' })
    expect(stderr).toContain('Snapshots:   1 updated, 2 passed, 3 total')
    expect(stored()).toContain('"second"')
    expect(exitCode).toBe(0)
  })

  test('one that only the host uses is obsolete in no column', async () => {
    const { directory, jest, stored } = setUp()
    const file = join(directory, 'host-only.test.js')
    const block = "describeGlibc('host', () => test('host', () => expect(1).toMatchSnapshot()))"
    writeFileSync(file, `const { describeGlibc } = require('jest-environment-glibc/describe')\n${block}\n`)
    for (const args of [[], ['-u'], ['--ci']]) {
      const { exitCode, stderr } = await jest(['host-only', ...args])
      expect(stderr).not.toContain('obsolete')
      expect(exitCode).toBe(0)
    }
    expect(() => stored()).toThrow('ENOENT')
    expect(readFileSync(join(directory, '__snapshots__/host-only.test.js.snap'), 'utf8')).toContain('glibc host host 1')
  })
})
