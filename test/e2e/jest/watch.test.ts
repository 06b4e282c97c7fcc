import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { compile, project } from './project.js'

let programs: string
beforeAll(async () => {
  programs = await compile()
})

test.each([['-i'], ['-w=2']])('a cell of a rerun is not proven by the run before it (%s)', async (mode) => {
  const { directory, start } = project('places', programs)
  const file = join(directory, 'hooks.test.js')
  const jest = start(['--watchAll', mode, 'hooks'])
  try {
    expect(await jest.until(/glibc-matrix: (.*)/)).toBe('3 pass, 6 none, 3 skip')
    writeFileSync(file, readFileSync(file, 'utf8').replace("start('print-libc')", 'undefined'))
    expect(await jest.until(/glibc-matrix: (.*)/)).toBe('9 none, 3 skip')
  } finally {
    await jest.end()
  }
})
