import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { cells, compile, type Project, project, temporary } from './project.js'

let suite: Project

beforeAll(async () => {
  suite = project('suite', await compile())
})

describe('without the sysroots', () => {
  it.each(['list', '--watch'])('%s names what to do and downloads nothing', async (command) => {
    const home = join(temporary(), 'home')
    const { exitCode, stderr } = await suite.vitest([command], { GLIBC_MATRIX_HOME: home })
    expect(stderr).toContain("Sysroot 'debian:bullseye' is not installed")
    expect(stderr).toContain('Run: glibc-matrix add debian:bullseye')
    expect(stderr).not.toContain('    at ')
    expect(exitCode).toBe(1)
    expect(existsSync(home) ? readdirSync(home) : []).toEqual([])
  })
})

describe('a reporter of the command line', () => {
  it('does not take the grid away, nor the red', async () => {
    const { exitCode, stdout, grid } = await suite.vitest(['run', '--reporter=dot', 'test/module-level'])
    expect(stdout).toMatch(/glibc-matrix: .* red\n?$/)
    expect(Object.values(cells(grid)).join()).toContain('incompatible')
    expect(exitCode).toBe(1)
  })

  it('that writes JSON to stdout has it for itself', async () => {
    const { stdout, stderr } = await suite.vitest(['run', '--reporter=json', 'test/before-all'])
    expect(JSON.parse(stdout)).toMatchObject({ numTotalTests: 6, success: true })
    expect(stderr).toContain('glibc-matrix: 6 pass')
  })

  it('that keeps a blob can be merged, without sysroots and without a grid', async () => {
    const blobs = join(suite.directory, 'blobs')
    await suite.vitest(['run', '--reporter=blob', `--outputFile=${blobs}/one.json`, 'test/before-all'])
    const { exitCode, stdout, grid } = await suite.vitest([`--merge-reports=${blobs}`], {
      GLIBC_MATRIX_HOME: join(temporary(), 'home'),
    })
    expect(stdout).toMatch(/Test Files +3 passed/)
    expect(stdout).toContain('glibc-matrix: no grid')
    expect({ exitCode, grid }).toEqual({ exitCode: 0, grid: null })
  })
})

it('shards have no cells for the files of others, and together are the whole', async () => {
  const run = (shard: string) => suite.vitest(['run', '-t', 'reports|starts', `--shard=${shard}`, 'before-all', 'apis'])
  const runs = [await run('1/2'), await run('2/2')]
  for (const { stdout } of runs) expect(stdout).not.toContain('the file did not run')
  const files = runs.map(({ stdout }) => Number(/Test Files .*\((\d+)\)/.exec(stdout)?.[1]))
  const ran = runs.flatMap(({ grid }) =>
    (grid?.rows ?? []).flatMap(({ suite, cells }) =>
      Object.entries(cells).flatMap(([column, { reason }]) =>
        reason === 'not run in this column' ? [] : [`${suite} ${column}`],
      ),
    ),
  )
  expect(files.every((count) => count > 0)).toBe(true)
  expect(new Set(ran).size).toBe(files.reduce((sum, count) => sum + count))
})

it('--bail leaves what it stopped skipped, and the run red', async () => {
  writeFileSync(
    join(suite.directory, 'test/bad.test.mjs'),
    "import { it } from 'vitest'\nit('fails', () => { throw new Error('no') })\nit('is left out', () => {})\n",
  )
  const { exitCode, grid } = await suite.vitest(['run', '--bail=1', 'test/bad', 'test/before-all'])
  const states = Object.values(cells(grid)).join(' ').split(' ')
  expect(states.filter((state) => state === 'fail')).toHaveLength(1)
  expect(states).toContain('skip')
  expect(exitCode).toBe(1)
})

describe('a fault of the user’s', () => {
  it.each([
    ['@glibc 2.99', /bad\.test\.mjs: '2\.99' matches no column\. The columns are host .*, 2\.31, 2\.41/],
    ['@glibc >=', /bad\.test\.mjs:1: found '>=', expected a column name/],
  ])('in a pragma is named with its file: %s', async (pragma, message) => {
    writeFileSync(join(suite.directory, 'test/bad.test.mjs'), `// ${pragma}\n`)
    const { exitCode, stderr } = await suite.vitest(['run', 'test/before-all'])
    expect(stderr).toMatch(message)
    expect(stderr).not.toContain('    at ')
    expect(exitCode).toBe(1)
  })

  it('in describeGlibc fails its file', async () => {
    const text = `import { describeGlibc } from 'vitest-environment-glibc/describe'\ndescribeGlibc('2.99', () => {})\n`
    writeFileSync(join(suite.directory, 'test/bad.test.mjs'), text)
    const { exitCode, grid } = await suite.vitest(['run', 'test/bad'])
    expect(cells(grid)).toEqual({ 'test/bad.test.mjs > (file)': 'fail fail fail' })
    expect(grid?.rows[0]?.cells.host?.reason).toContain("'2.99' matches no column")
    expect(exitCode).toBe(1)
  })
})

it('has a red row for a file whose worker could not start', async () => {
  writeFileSync(join(suite.directory, 'test/bad.test.mjs'), '// @vitest-environment ./exits.mjs\n')
  writeFileSync(
    join(suite.directory, 'exits.mjs'),
    "export default { name: 'exits', viteEnvironment: 'ssr', setup() { process.kill(process.pid, 'SIGKILL') } }\n",
  )
  const { exitCode, grid } = await suite.vitest(['run', 'test/bad'])
  expect(cells(grid)).toEqual({ 'test/bad.test.mjs > (file)': 'fail fail fail' })
  expect(exitCode).toBe(1)
})

it('leaves no session behind', async () => {
  const text = `import { inject, it } from 'vitest'\nit('x', () => console.log('session:', inject('glibcMatrix').session))\n`
  writeFileSync(join(suite.directory, 'test/bad.test.mjs'), text)
  const { stdout } = await suite.vitest(['run', 'test/bad'])
  const session = /session: (\S+)/.exec(stdout)?.[1]
  expect(session).toMatch(/session\.json$/)
  expect(existsSync(String(session))).toBe(false)
})
