import { realpathSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { cells, compile, type Project, project } from './project.js'

// Files of `runtime: 'node'` beside one of the host's; columns host, 2.31, 2.41.
let fixture: Project
let programs: string

beforeAll(async () => {
  programs = await compile()
  fixture = project('runtime', programs)
})

const all = {
  "test/by-glob.test.mjs > runs on the column's libc": 'pass pass pass',
  "test/by-pragma.test.mjs > runs on the column's libc": 'pass pass pass',
  'test/by-pragma.test.mjs > starts Node there too': 'pass pass pass',
  'test/by-pragma.test.mjs > starts a program there too': 'pass pass pass',
  'test/crash.test.mjs > ends the worker': 'pass pass skip',
  'test/namespace.test.mjs > starts a program by its own path, which shows a copy': 'pass pass pass',
  "test/host.test.mjs > runs on the host's libc": 'none none none',
  'test/host.test.mjs > starts a program in the column': 'pass pass pass',
}

it.each(['forks', 'threads'])('a file chooses whose libc its own Node runs on, in %s', async (pool) => {
  const { grid, exitCode } = await fixture.vitest(['run', '--pool', pool])
  expect(cells(grid)).toEqual(all)
  expect(exitCode).toBe(0)
})

it('shards, -t and a debugger serve files of both kinds', async () => {
  const shards = await Promise.all(['1/2', '2/2'].map((shard) => fixture.vitest(['run', '--shard', shard])))
  const parts = shards.map(({ grid }) => cells(grid))
  expect(parts.map((part) => Object.keys(part).length > 0)).toEqual([true, true])
  // A shard has some columns of a file: what one skips the other ran.
  const merged = Object.keys(all).map((name) => {
    const [one = [], other = []] = parts.map((part) => (part[name] ?? 'skip skip skip').split(' '))
    return [name, one.map((state, index) => (state === 'skip' ? other[index] : state)).join(' ')]
  })
  expect(Object.fromEntries(merged)).toEqual(all)
  expect(shards.map(({ exitCode }) => exitCode)).toEqual([0, 0])

  const named = await fixture.vitest(['run', '-t', 'starts Node there too'])
  expect(cells(named.grid)['test/by-pragma.test.mjs > starts Node there too']).toBe('pass pass pass')
  expect(named.exitCode).toBe(0)

  const debugged = await fixture.vitest(['run', 'by-glob', '--inspect=127.0.0.1:0', '--no-file-parallelism'])
  expect(debugged.stderr.match(/Debugger listening on/g)).toHaveLength(3)
  expect(debugged.exitCode).toBe(0)
})

it('without isolation a file that runs in the wrong Node is never a tick', async () => {
  const { grid, exitCode } = await fixture.vitest(['run', '--no-isolate', '--maxWorkers', '1', 'host', 'by-glob'])
  // Which files share a worker is Vitest's affair: each is in its own Node, or told.
  const all = grid?.rows.flatMap(({ suite, cells }) => Object.values(cells).map((cell) => ({ suite, ...cell }))) ?? []
  const told = all.filter(({ state }) => state === 'unproven')
  for (const { reason } of told) expect(reason).toMatch(/^the file asks for .* Node/)
  const node = realpathSync(process.execPath)
  const ticks = all.filter(({ suite, state }) => suite.includes('by-glob') && state === 'pass')
  for (const { records } of ticks)
    expect(records).toContainEqual(expect.objectContaining({ program: node, proof: 'mapped' }))
  expect(all.length).toBe(9)
  expect(exitCode).toBe(all.every(({ state }) => state === 'pass' || state === 'none') ? 0 : 1)
})

it('of a worker that dies the signal is told', async () => {
  const { grid, exitCode } = await fixture.vitest(['run', 'crash'], { FIXTURE_CRASH: '1' })
  expect(cells(grid)).toEqual({
    'test/crash.test.mjs > (file)': 'fail fail skip',
    'test/crash.test.mjs > ends the worker': 'fail fail skip',
  })
  expect(grid?.rows.find(({ test }) => test === '(file)')?.cells['2.31']?.reason).toBe(
    'the file did not finish: its worker ended with SIGSEGV',
  )
  expect(exitCode).toBe(1)
})

it('a Node that needs more than a column has is told before it starts', async () => {
  const { grid, exitCode, stderr } = await fixture.vitest(['run', 'by-glob'], {
    FIXTURE_NODE: join(programs, 'uses-strlcpy'),
  })
  expect(grid?.rows.map(({ cells }) => cells['2.31'])).toMatchObject([
    { state: 'incompatible', reason: expect.stringContaining('GLIBC_2.38') },
  ])
  expect(stderr).toContain("the Node of this suite can't run on the libc of column 2.31")
  expect(exitCode).toBe(1)
})

it('workers are in one mount namespace each, where no file wants its Node in the column', async () => {
  rmSync(join(fixture.directory, 'test/by-pragma.test.mjs'))
  rmSync(join(fixture.directory, 'test/by-glob.test.mjs'))
  rmSync(join(fixture.directory, 'test/crash.test.mjs'))
  const { grid, exitCode } = await fixture.vitest(['run'], { FIXTURE_NAMESPACES: 'worker' })
  expect(Object.values(cells(grid))).toEqual(['none none none', 'pass pass pass', 'pass pass pass'])
  const row = grid?.rows.find(({ suite }) => suite === 'test/namespace.test.mjs')
  expect(row?.cells['2.31']?.records.map(({ strategy }) => strategy)).toEqual(['namespace', 'namespace'])
  expect(exitCode).toBe(0)
})

const writesByAnotherName = `
import { execFileSync } from 'node:child_process'
import { appendFileSync, copyFileSync, linkSync } from 'node:fs'
import { it } from 'vitest'

it('writes to a program that its path hides', () => {
  const program = process.env.FIXTURE_PROGRAMS + '/written-' + process.pid
  copyFileSync(process.env.FIXTURE_PROGRAMS + '/print-libc', program)
  linkSync(program, program + '.link')
  for (let start = 0; start < 4; start++) execFileSync(program)
  appendFileSync(program + '.link', 'more')
  execFileSync(program)
})`

it('a copy that is older than the program is never a tick', async () => {
  writeFileSync(join(fixture.directory, 'test/written.test.mjs'), writesByAnotherName)
  const { grid, exitCode } = await fixture.vitest(['run', 'written'], { FIXTURE_NAMESPACES: 'worker' })
  rmSync(join(fixture.directory, 'test/written.test.mjs'))
  const told = grid?.rows.flatMap(({ cells }) => Object.values(cells)).map(({ state, reason }) => `${state}: ${reason}`)
  const stale = 'unproven: strategy namespace: its file was written to after its path began to show a copy'
  expect(told).toEqual([stale, stale, stale])
  expect(exitCode).toBe(1)
})
