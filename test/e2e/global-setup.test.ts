import { readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { beforeAll, describe, expect, it } from 'vitest'
import { buildPrograms } from '../../fixtures/programs/build.mjs'
import type { Cell, Grid } from '../../packages/core/src/report/grid.js'
import { cleanEnv, temporary } from './vitest/project.js'

// A server that the global setup of a runner starts is on the host's libc, whatever column a test talks with it from.
const root = fileURLToPath(new URL('../..', import.meta.url))
const columns = ['host', '2.31'] as const
let directory: string

beforeAll(async () => {
  directory = temporary()
  await buildPrograms(directory, ['print-libc', 'sleep-and-trap'])
  symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'))
  const test = "test('a client', () => void execFileSync('./print-libc', ['0']))\n"
  const files = {
    'package.json': '{ "name": "served" }',
    'glibc-matrix.config.mjs': `export default {
  sysroots: ['debian:bullseye'],
  exclude: process.env.EXCLUDED ? [process.env.EXCLUDED] : [],
  outputFile: 'grid.json',
}`,
    'vitest.config.mjs': `import { withGlibcMatrix } from 'vitest-environment-glibc/config'
export default withGlibcMatrix({ test: { include: ['a.test.mjs'], globalSetup: ['./setup.mjs'] } })`,
    'jest.config.mjs': `import { withGlibcMatrix } from 'jest-environment-glibc/config'
export default withGlibcMatrix({ testMatch: ['**/a.test.cjs'], globalSetup: './up.cjs', globalTeardown: './down.cjs' })`,
    'setup.mjs': "export { default as setup } from './up.cjs'\nexport { default as teardown } from './down.cjs'\n",
    'up.cjs': `const { spawn } = require('node:child_process')
module.exports = async () => {
  const [file, ...args] = JSON.parse(process.env.SERVER)
  const server = spawn(file, args, { stdio: ['ignore', 'pipe', 'ignore'], detached: true })
  const [said] = await require('node:events').once(server.stdout, 'data')
  process.served = Number(String(said).match(/^\\d+/)?.[0] ?? server.pid)
}`,
    'down.cjs': 'module.exports = () => { process.kill(-process.served, 9) }',
    'a.test.mjs': `import { execFileSync } from 'node:child_process'\nimport { test } from 'vitest'\n${test}`,
    'a.test.cjs': `const { execFileSync } = require('node:child_process')\n${test}`,
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text)
})

interface Told {
  readonly states: readonly (string | undefined)[]
  readonly cell: Cell | undefined
}

async function run(runner: 'vitest' | 'jest', args: readonly string[], env: Record<string, string>): Promise<Told> {
  const script = runner === 'vitest' ? 'vitest/vitest.mjs' : 'jest/bin/jest.js'
  await execa(
    process.execPath,
    [join(root, 'node_modules', script), ...(runner === 'vitest' ? ['run'] : []), ...args],
    {
      cwd: directory,
      reject: false,
      stdin: 'ignore',
      extendEnv: false,
      env: { ...cleanEnv(), ...env },
    },
  )
  const { rows } = JSON.parse(readFileSync(join(directory, 'grid.json'), 'utf8')) as Grid
  return { states: columns.map((name) => rows[0]?.cells[name]?.state), cell: rows[0]?.cells['2.31'] }
}

const server = JSON.stringify(['./sleep-and-trap'])
const daemon = "setsid -f sh -c 'echo $$; exec ./sleep-and-trap > /dev/null'"

describe.each([
  ['vitest', []],
  ['vitest', ['--pool=threads']],
  ['jest', []],
  ['jest', ['--runInBand']],
] as const)('%s %j', (runner, args) => {
  it('is no tick beside a server on the host’s libc, which is named', async () => {
    const { states, cell } = await run(runner, args, { SERVER: server })
    expect(states).toEqual(['pass', 'unproven'])
    expect(cell?.reason).toMatch(/\/sleep-and-trap, which the global setup started, runs on the host's libc/)
  })
})

describe('the look at what runs', () => {
  it('sees what a shell started, and a daemon', async () => {
    const shell = JSON.stringify(['sh', '-c', './sleep-and-trap; true'])
    expect((await run('vitest', [], { SERVER: shell })).states).toEqual(['pass', 'unproven'])
    expect((await run('vitest', [], { SERVER: JSON.stringify(['sh', '-c', daemon]) })).states).toEqual([
      'pass',
      'unproven',
    ])
  })

  it('sees a daemon that has cleaned its environment', async () => {
    const cleaned = JSON.stringify(['sh', '-c', daemon.replace('exec', 'exec env -i')])
    expect((await run('vitest', [], { SERVER: cleaned })).states).toEqual(['pass', 'unproven'])
  })

  it('leaves to the user what is no program under test', async () => {
    expect((await run('vitest', [], { SERVER: server, EXCLUDED: 'sleep-and-trap' })).states).toEqual(['pass', 'pass'])
    const tool = JSON.stringify(['sh', '-c', 'echo ready; exec sleep 30'])
    expect((await run('vitest', [], { SERVER: tool })).states).toEqual(['pass', 'pass'])
  })
})
