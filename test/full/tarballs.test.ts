import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Consumer, consumer } from './consumer.js'
import { compile } from './fixture-programs.js'
import { cellsOf, isAtLeast } from './grids.js'
import { type Folder, packPackages } from './packed.js'

// A package finds there what it declares and nothing else, as with pnpm.
const isolated = ['--install-strategy=linked']
const runners = {
  vitest: { flags: [], bin: 'vitest/vitest.mjs', args: ['run'] },
  jest: { flags: ['--experimental-vm-modules'], bin: 'jest/bin/jest.js', args: [] },
}

let programs: string
let packed: Readonly<Record<Folder, string>>
beforeAll(async () => {
  programs = await compile('print-libc', 'exit-with', 'uses-strlcpy')
  packed = await packPackages()
})

const ours = (...folders: Folder[]) => (['native', 'core', 'cli', ...folders] as const).map((folder) => packed[folder])

describe('in an isolated node_modules', () => {
  test.each([
    { runner: 'vitest', needs: ['vitest'] },
    { runner: 'jest', needs: ['jest@29', 'jest-environment-node@29'] },
    { runner: 'jest', needs: ['jest@30', 'jest-environment-node@30'] },
  ] as const)('$needs.0 runs a suite', async ({ runner, needs }) => {
    const { flags, bin, args } = runners[runner]
    const adapter = `${runner}-environment-glibc` as Folder
    const user = await consumer(`peers-${runner}`, [...needs, ...ours(adapter)], isolated)
    const run = await user.run([process.execPath, ...flags, `node_modules/${bin}`, ...args], { PROGRAMS: programs })
    if (run.grid === null) throw new Error(`no grid:\n${run.all}`)
    const host = isAtLeast(run.grid.columns[0], 38) ? 'pass' : 'incompatible'
    expect(cellsOf(run.grid), run.all).toMatchObject({
      'spawn.test.js > execFileSync': 'pass pass pass',
      'spawn.test.js > a launcher in JavaScript': 'pass pass pass',
      'spawn.test.js > glibc 2.41 > a column of its own': 'skip skip pass',
      'too-new.test.js > wants strlcpy': `${host} incompatible pass`,
    })
    expect(run.exitCode, run.all).toBe(1)
  })

  test('every door has types, for an ES module and for CommonJS', async () => {
    const packages = ['vitest', 'jest', 'jest-environment-node', 'typescript', '@types/node@20']
    const adapters = ours('vitest-environment-glibc', 'jest-environment-glibc')
    const user = await consumer('consumer-types', [...packages, ...adapters], isolated)
    const { stdout } = await user.run(['npx', 'tsc', '--project', '.', '--listFiles'])
    expect(stdout).toContain(join(user.directory, 'es-module.mts'))
    // Jest's own declarations name packages that they don't declare: what counts is in the project or in ours.
    const faults = stdout.split('\n').filter((line) => / error TS/.test(line) && !isOthers(line))
    expect(faults).toEqual([])
  })
})

function isOthers(line: string): boolean {
  const [file = ''] = line.split('(')
  return file.startsWith('node_modules/') && !file.includes('glibc')
}

// The first test of a new user.
const suites = [
  {
    runner: 'vitest',
    file: 'spawn.test.mjs',
    imports: "import { execFileSync } from 'node:child_process'\nimport { expect, test } from 'vitest'",
    command: ['npx', 'vitest', 'run'],
  },
  {
    runner: 'jest',
    file: 'spawn.test.js',
    imports: "const { execFileSync } = require('node:child_process')",
    command: ['npx', 'jest'],
  },
]

describe('a new user', () => {
  test.each(suites)('of $runner follows what init says to a green run', async ({ runner, file, imports, command }) => {
    const user = await consumer(null, [runner, ...ours()])
    await follow(user, 'glibc-matrix.config.mjs')
    const body = "test('starts', () => expect(String(execFileSync(process.env.PROGRAM))).toMatch(/^glibc=2/))\n"
    writeFileSync(join(user.directory, file), `${imports}\n${body}`)
    const { exitCode, all } = await user.run(command, { PROGRAM: join(programs, 'print-libc') })
    expect(all).toMatch(/host .* 2\.31 .* 2\.36 .* 2\.41 /)
    expect(all).toMatch(/^glibc-matrix: 4 pass$/m)
    expect(exitCode, all).toBe(0)
  })

  test('with TypeScript and an isolated node_modules has a config that compiles', async () => {
    const user = await consumer(null, ['vitest', 'typescript', '@types/node@20', ...ours()], isolated)
    await follow(user, 'glibc-matrix.config.ts', isolated)
    const options = ['--module', 'nodenext', '--strict', '--noEmit', '--skipLibCheck']
    const { exitCode, all } = await user.run(['npx', 'tsc', ...options, 'glibc-matrix.config.ts'])
    expect(exitCode, all).toBe(0)
  })
})

/** Runs `init`, installs what it names, and makes the runner's config of the lines that it shows. */
async function follow(user: Consumer, config: string, options: readonly string[] = []): Promise<void> {
  const { exitCode, stdout, all } = await user.run(['npx', 'glibc-matrix', 'init'])
  expect(exitCode, all).toBe(0)
  expect(stdout).toContain(`Wrote ${config}.`)
  const named = /npm install --save-dev (.+)\n/.exec(stdout)?.[1]?.split(' ') ?? []
  const tarballs = named.map((name) => packed[name as Folder])
  expect(tarballs, stdout).toEqual([expect.stringMatching(/\.tgz$/)])
  await user.install(tarballs, options)
  const [, file = '', lines = ''] = /In a new (\S+):((?:\n {2}\+ .*)+)/.exec(stdout) ?? []
  expect(file, stdout).toMatch(/\.config\.mjs$/)
  writeFileSync(join(user.directory, file), lines.replace(/^ {2}\+ /gm, '').trimStart())
}
