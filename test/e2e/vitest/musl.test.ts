import { beforeAll, expect, it } from 'vitest'
import { buildPrograms } from '../../../fixtures/programs/build.mjs'
import { cells, project, temporary, type VitestRun } from './project.js'

// Columns: host, 2.31, musl.
let run: VitestRun

beforeAll(async () => {
  const programs = temporary()
  await buildPrograms(programs, ['tells-libc', 'tells-libc-musl'])
  run = await project('musl', programs).vitest(['run'])
})

it('a suite of programs of musl beside one of glibc', () => {
  expect(cells(run.grid)).toMatchObject({
    'test/glibc.test.mjs > a program of glibc': 'pass pass skip',
    'test/musl.test.mjs > a program of musl': 'skip skip pass',
    'test/musl.test.mjs > started by a shell and by Node': 'skip skip pass',
    'test/musl.test.mjs > a tool of the host alone': 'skip skip none',
    'test/musl.test.mjs > glibc !host > in a block': 'skip skip pass',
  })
})

it('a block can leave the host’s column out', () => {
  expect(cells(run.grid)).toMatchObject({
    'test/everywhere.test.mjs > glibc musl, !host > is a block of musl': 'skip skip pass',
  })
})

it('a suite whose own Node is not for musl is incompatible there, in words', () => {
  const rows = (run.grid?.rows ?? []).filter(({ suite }) => suite === 'test/own-node.test.mjs')
  expect(rows.map(({ cells }) => cells.musl?.state)).toContain('incompatible')
  expect(run.stderr).toContain("the Node of this suite can't run on the libc of column musl: is linked to glibc")
})
