import { join } from 'node:path'
import { execa } from 'execa'
import { dirSync } from 'tmp'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Grid } from '../../../packages/core/src/report/grid.js'
import { prepare } from './prepare.mjs'

type Observations = Readonly<Record<string, Readonly<Record<string, unknown>>>>

interface Run {
  readonly off: Observations
  readonly on: Readonly<Record<string, Observations>>
  readonly again: Observations
  readonly grid: Grid
  readonly directory: string
}

let run: Run

beforeAll(async () => {
  const { name: directory } = dirSync({ unsafeCleanup: true, prefix: 'glibc-matrix-conformance-' })
  await prepare(directory)
  const { stdout } = await execa(process.execPath, [join(import.meta.dirname, 'run.mjs'), directory])
  run = JSON.parse(stdout)
})

describe.each(['ESM import', 'require', 'options', 'libraries'])('%s, taken before the hook', (acquisition) => {
  it.each(['host', '2.31', '2.41'])('behaves in %s as without the hook', (column) => {
    expect(Object.keys(run.off[acquisition] ?? {}).length).toBeGreaterThan(5)
    expect(withoutKnown(run.on[column]?.[acquisition])).toEqual(withoutKnown(run.off[acquisition]))
  })

  it('behaves as before when the hook is gone', () => {
    expect(run.again[acquisition]).toEqual(run.off[acquisition])
  })

  it.each(['host', '2.31', '2.41'])('mapped in %s the libc of that column alone', (column) => {
    const cell = run.grid.rows.find(({ test }) => test === acquisition)?.cells[column]
    const mapped = cell?.records.filter(({ proof }) => proof === 'mapped') ?? []
    expect(mapped.length).toBeGreaterThan(5)
    expect(cell?.state).not.toBe('fail')
    const glibc = run.grid.columns.find(({ name }) => name === column)?.glibc
    expect(glibc).toMatch(column === 'host' ? /^2\./ : column)
  })
})

/** ld.so opens a program where execve(2) would refuse one that is open for writing: told among the known gaps. */
const busy = ['spawn: ETXTBSY', 'spawnSync: ETXTBSY']

it.each(busy)('%s is the one failure that the loader does not know', (name) => {
  expect(JSON.stringify(run.off.options?.[name])).toContain('"code":"ETXTBSY"')
  for (const column of ['host', '2.31', '2.41'])
    expect(JSON.stringify(run.on[column]?.options?.[name])).toContain('"pid":"number"')
})

function withoutKnown(seen: Readonly<Record<string, unknown>> | undefined) {
  return Object.fromEntries(Object.entries(seen ?? {}).filter(([name]) => !busy.includes(name)))
}

it.each(process.getuid?.() === 0 ? ['EAGAIN', 'EMFILE'] : ['EMFILE'])('%s is seen at all', (errno) => {
  for (const name of ['spawn', 'spawnSync'])
    expect(JSON.stringify(run.off.options?.[`${name}: ${errno}`])).toContain(`"code":"${errno}"`)
})

it('nothing that a caller sees names the seal', () => {
  expect(run.directory).toMatch(/^\/(tmp|dev\/shm)\/\w{6}$/)
  expect(JSON.stringify(run.on)).not.toContain(run.directory)
})

it('functions of the fixture see the version of the column, so the comparison is no comparison of nothing', () => {
  const output = JSON.stringify(run.on['2.31'])
  expect(output).toContain('argv=two words')
  expect(Object.keys(run.off['ESM import'] ?? {})).toContain('spawn: status, output, events')
})
