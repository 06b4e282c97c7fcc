import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Grid } from '../../packages/core/src/report/grid.js'
import { type Consumer, consumer, type Run } from './consumer.js'
import { compile } from './fixture-programs.js'
import { cellsOf, isAtLeast, libcsOf } from './grids.js'
import { nodeOf } from './nodes.js'
import { packPackages } from './packed.js'

// The latest of each major, and the lowest that our engines allow.
const latest = ['20', '22', '24', '26']
const lowest = ['20.19.0', '22.12.0', '24.0.0']
const vitestPeers = [
  { peer: 'vitest@4.1.0', version: /^4\.1\.0$/, nodes: latest },
  { peer: 'vitest@4', version: /^4\.(?!1\.0$)/, nodes: [...latest, ...lowest] },
  // Its engines: ^22.12 || ^24 || >=26.
  { peer: 'vitest@5', version: /^5\./, nodes: ['22', '24', '26', '22.12.0', '24.0.0'] },
]
const jestPeers = [
  { peer: 'jest@29', version: /^29\./, nodes: latest },
  { peer: 'jest@30', version: /^30\./, nodes: [...latest, ...lowest] },
]

let programs: string
let packed: Awaited<ReturnType<typeof packPackages>>
const rows: string[] = []

beforeAll(async () => {
  programs = await compile('print-libc', 'exit-with', 'uses-strlcpy')
  packed = await packPackages()
})

describe.each(vitestPeers)('$peer', ({ peer, version, nodes }) => {
  let user: Consumer
  beforeAll(async () => {
    const ours = [packed.native, packed.core, packed.cli, packed['vitest-environment-glibc']]
    user = await consumer('peers-vitest', [peer, ...ours])
  })

  test.each(nodes)('on Node %s', async (wanted) => {
    expect(user.version('vitest')).toMatch(version)
    const node = await nodeOf(wanted)
    const run = (env: Record<string, string>, args: readonly string[]) =>
      user.run([node.path, 'node_modules/vitest/vitest.mjs', 'run', ...args], { PROGRAMS: programs, ...env })
    const vitest = (...args: string[]) => run({}, args)

    rmSync(join(user.directory, '__snapshots__'), { recursive: true, force: true })
    const all = await vitest()
    expectGrid(all, { ...spawnRows('spawn.test.js', node.version), ...tooNew(all) })
    expect(all.exitCode, all.all).toBe(1)
    expect(all.stdout).toMatch(/Snapshots +1 written\n/)
    expect(all.stdout).toMatch(/Test Files +6 passed \(6\)\n/)
    expect(all.stdout).toMatch(/Tests +22 passed \| 5 skipped \(27\)\n/)
    expect(all.all).toContain('needs GLIBC_2.38 of libc.so.6')

    for (const pool of ['forks', 'threads', 'vmForks', 'vmThreads']) {
      const green = await vitest(`--pool=${pool}`, 'spawn.test.js')
      expectGrid(green, spawnRows('spawn.test.js', node.version))
      expect(green.exitCode, `${pool}:\n${green.all}`).toBe(0)
    }
    const own = await run({ OWN_NODE: '1' }, [])
    expectOwnNode(own, node.version)
    tell(`vitest ${user.version('vitest')}`, all.grid)
  })
})

describe.each(jestPeers)('$peer', ({ peer, version, nodes }) => {
  let user: Consumer
  beforeAll(async () => {
    const ours = [packed.native, packed.core, packed.cli, packed['jest-environment-glibc']]
    user = await consumer('peers-jest', [peer, peer.replace('jest', 'jest-environment-node'), ...ours])
  })

  test.each(nodes)('on Node %s', async (wanted) => {
    expect(user.version('jest')).toMatch(version)
    expect(user.version('jest-environment-node')).toMatch(version)
    const node = await nodeOf(wanted)
    const jest = (flags: readonly string[], ...args: string[]) => run(flags, args, {})
    const run = (flags: readonly string[], args: readonly string[], env: Record<string, string>) =>
      user.run([node.path, ...flags, 'node_modules/jest/bin/jest.js', ...args], { PROGRAMS: programs, ...env })

    rmSync(join(user.directory, '__snapshots__'), { recursive: true, force: true })
    const all = await jest(['--experimental-vm-modules'])
    const [common, esm] = ['spawn.test.js', 'esm.test.mjs'].map((suite) => spawnRows(suite, node.version))
    expectGrid(all, { ...common, ...esm, ...tooNew(all) })
    expect(all.exitCode, all.all).toBe(1)
    expect(all.stderr).toMatch(/Test Suites: 9 passed, 9 total\n/)
    expect(all.stderr).toMatch(/Tests: +10 skipped, 41 passed, 51 total\n/)
    expect(all.stderr).toMatch(/Snapshots: +2 written, 4 passed, 6 total\n/)
    expect(all.all).toContain('needs GLIBC_2.38 of libc.so.6')

    const green = await jest([], '-i', 'spawn.test.js')
    expectGrid(green, spawnRows('spawn.test.js', node.version))
    expect(green.exitCode, green.all).toBe(0)
    const own = await run([], ['-i'], { OWN_NODE: '1' })
    expectOwnNode(own, node.version)
    tell(`jest ${user.version('jest')}`, all.grid)
  })
})

test('every row ran', () => {
  const wanted = [...vitestPeers, ...jestPeers].reduce((sum, { nodes }) => sum + nodes.length, 0)
  expect(rows, rows.join('\n')).toHaveLength(wanted)
})

/** The cells, each tick proven, and each column by a libc of its own. */
function expectGrid({ grid, all }: Run, cells: Readonly<Record<string, string>>): void {
  if (grid === null) throw new Error(`the run left no grid:\n${all}`)
  expect(grid.columns.map(({ name, glibc }) => [name, name === 'host' ? 'any' : glibc])).toEqual([
    ['host', 'any'],
    ['2.31', '2.31'],
    ['2.41', '2.41'],
  ])
  expect(cellsOf(grid), all).toEqual(cells)
  const libcs = Object.values(libcsOf(grid))
  expect(libcs).toEqual([
    [expect.stringMatching(/^\//)],
    [expect.stringMatching(/^\//)],
    [expect.stringMatching(/^\//)],
  ])
  expect(new Set(libcs.flat()).size).toBe(3)
}

/** The name of the last row comes from the worker: it tells which Node ran the tests. */
function spawnRows(suite: string, node: string): Record<string, string> {
  return {
    [`${suite} > execFileSync`]: 'pass pass pass',
    [`${suite} > promisified execFile`]: 'pass pass pass',
    [`${suite} > spawn`]: 'pass pass pass',
    [`${suite} > a launcher in JavaScript`]: 'pass pass pass',
    [`${suite} > a snapshot`]: 'pass pass pass',
    [`${suite} > skipped`]: 'skip skip skip',
    [`${suite} > glibc 2.41 > a column of its own`]: 'skip skip pass',
    [`${suite} > the worker is Node ${node}`]: 'none none none',
  }
}

/** Node 26 needs libatomic, which a sysroot has by `packages` alone: that is told before it starts. */
function expectOwnNode(run: Run, node: string): void {
  const test = 'own-node.js > its own Node is in the column'
  if (Number(/\d+/.exec(node)?.[0]) < 26) {
    expectGrid(run, { [test]: 'pass pass pass' })
    expect(run.exitCode, run.all).toBe(0)
    return
  }
  expect(run.grid && cellsOf(run.grid), run.all).toEqual({
    'own-node.js > (file)': 'skip incompatible incompatible',
    [test]: 'pass skip skip',
  })
  expect(run.all).toContain('NODE_TOO_NEW')
  expect(run.all).toContain('needs libatomic.so.1')
  expect(run.exitCode, run.all).toBe(1)
}

/** strlcpy came with glibc 2.38, which the host may have. */
function tooNew({ grid }: Run): Record<string, string> {
  const host = isAtLeast(grid?.columns[0], 38) ? 'pass' : 'incompatible'
  return { 'too-new.test.js > wants strlcpy': `${host} incompatible pass` }
}

/** A line for each row of the matrix of peers, with what its worker said. */
function tell(runner: string, grid: Grid | null): void {
  const worker = grid?.rows.find(({ test }) => test.startsWith('the worker is '))
  const row = `${runner}: ${worker?.test}, ${Object.keys(cellsOf(grid as Grid)).length} rows as expected`
  rows.push(row)
  console.log(row)
}
