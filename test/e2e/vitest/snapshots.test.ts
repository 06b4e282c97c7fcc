import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { cells, compile, type Project, project } from './project.js'

// Columns: host, 2.31, 2.41; one snapshot differs in 2.41, one test is skipped in 2.31, one block isn't in 2.31.
let programs: string
const states = {
  'snapshots.test.mjs > agrees everywhere': 'none none none',
  'snapshots.test.mjs > differs in 2.41': 'none none fail',
  'snapshots.test.mjs > is skipped in 2.31': 'none skip none',
  'snapshots.test.mjs > glibc !2.31 > is not in 2.31': 'none skip none',
}

beforeAll(async () => {
  programs = await compile()
})

it.each(['', '--update', '--sequence.shuffle.tests', '--no-file-parallelism', '--pool=vmThreads'])(
  'the host writes what the others compare: run %s',
  async (option) => {
    const fixture = project('snapshots', programs)
    const { grid, exitCode } = await fixture.vitest(['run', ...option.split(' ').filter(Boolean)])
    expect(cells(grid)).toEqual(states)
    expect(snapshotsOf(fixture)).toEqual(['the same', 'the reference', 'elsewhere', 'skipped'])
    expect(exitCode).toBe(1)
  },
)

it('updates by the host alone', async () => {
  const fixture = project('snapshots', programs)
  await fixture.vitest(['run'])
  const before = read(fixture)
  writeFileSync(snapshotFile(fixture), before.replace('the same', 'an older text').replace('the reference', 'another'))
  const stale = await fixture.vitest(['run'])
  expect(cells(stale.grid)).toMatchObject({
    'snapshots.test.mjs > agrees everywhere': 'fail fail fail',
    'snapshots.test.mjs > differs in 2.41': 'fail fail none',
  })
  expect(cells((await fixture.vitest(['run', '--update'])).grid)).toEqual(states)
  expect(read(fixture)).toBe(before)
})

it('leaves it to the host to call a snapshot obsolete, and fails for it where nothing may be written', async () => {
  const fixture = project('snapshots', programs)
  await fixture.vitest(['run'])
  writeFileSync(snapshotFile(fixture), `${read(fixture)}\nexports[\`gone 1\`] = \`"obsolete"\`;\n`)
  const { grid, stderr } = await fixture.vitest(['run'], { CI: 'true' })
  expect(cells(grid)['snapshots.test.mjs > (file)']).toBe('fail skip skip')
  expect(stderr).toContain('Obsolete snapshots found')
})

function snapshotsOf(fixture: Project): string[] {
  return [...read(fixture).matchAll(/= `"(.*)"`;/g)].map(([, text]) => String(text))
}

function read(fixture: Project): string {
  return readFileSync(snapshotFile(fixture), 'utf8')
}

function snapshotFile(fixture: Project): string {
  return join(fixture.directory, '__snapshots__/snapshots.test.mjs.snap')
}
