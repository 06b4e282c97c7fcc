import { existsSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Grid } from '../../../packages/core/src/report/grid.js'
import { temporaryDirectory } from '../../e2e/cli/command.js'
import { comparable, type FanOut, fanOut } from '../../e2e/cli/fan-out.js'
import { type PlayedJob, playWorkflow } from './play-github.js'
import { installPlayer, type PlayedPipeline, playPipeline } from './play-gitlab.js'

// 5 columns x 3 shards: each job a machine of its own, with an empty store and the lock file of this one.
const modules = fileURLToPath(new URL('../../../node_modules', import.meta.url))
const install = `ln -sfn ${modules} node_modules`
const columns = ['host', '2.31', '2.36', '2.41', 'newest']
let project: FanOut

const read = (file: string) => JSON.parse(readFileSync(file, 'utf8')) as Grid

beforeAll(async () => {
  // npm links a package's command only if it is there, and here it is built after `npm ci`.
  const command = join(modules, '.bin/glibc-matrix')
  if (!existsSync(command)) symlinkSync('../glibc-matrix/dist/bin.js', command)
  project = await fanOut()
  const { exitCode, stderr } = await project.glibcMatrix(['add'])
  expect(exitCode, stderr).toBe(0)
})

async function printed(args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await project.glibcMatrix(['ci', ...args])
  expect(exitCode, stderr).toBe(0)
  // What the jobs check out has no packages.
  rmSync(join(project.directory, 'node_modules'), { force: true })
  return stdout
}

describe('GitHub', () => {
  let played: Record<string, PlayedJob>
  let whole: Grid

  beforeAll(async () => {
    await project.vitest([], { GRID_FILE: 'vitest.json' })
    whole = project.json('vitest.json')
    expect([whole.columns.length, whole.rows.length]).toEqual([5, 5])
    const workflow = await printed([
      'github',
      '--workflow',
      '--shards',
      '3',
      '--install',
      install,
      '--',
      'npx',
      'vitest',
      'run',
    ])
    const { GLIBC_MATRIX_HOME, ...env } = project.env
    played = await playWorkflow(workflow, { repository: project.directory, place: temporaryDirectory(), env })
  })

  it('has a job for each column and shard, of which those with red cells fail', () => {
    const jobs = Object.values(played).filter(({ name }) => /-of-3$/.test(name))
    expect(jobs.map(({ name }) => name).sort()).toEqual(
      columns.flatMap((column) => [1, 2, 3].map((shard) => `${column}-${shard}-of-3`)).sort(),
    )
    const red = jobs.filter(({ failed }) => failed)
    for (const { log } of red) expect(log).toMatch(/glibc-matrix: .* red/)
    expect(red.length).toBeGreaterThanOrEqual(columns.length)
    expect(jobs.length - red.length).toBeGreaterThanOrEqual(columns.length)
    // Two jobs at once may both have begun before the first had stored it.
    expect(jobs.filter(({ cacheHit }) => cacheHit).length).toBeGreaterThanOrEqual(4)
  })

  it('merges to the grid of one machine', () => {
    const { workspace, failed, log } = played.merge as PlayedJob
    const grid = read(join(workspace, 'glibc-matrix.json'))
    expect(grid.gaps, log).toEqual([])
    expect(withoutPlaces(grid)).toEqual(withoutPlaces(whole))
    expect(failed).toBe(true)
  })
})

describe('GitLab', () => {
  let played: PlayedPipeline
  let whole: Grid

  beforeAll(async () => {
    project = await fanOut()
    await project.glibcMatrix(['add'])
    await project.jest([], { GRID_FILE: 'jest.json' })
    whole = project.json('jest.json')
    expect([whole.columns.length, whole.rows.length]).toEqual([5, 3])
    const pipeline = await printed(['gitlab', '--shards', '3', '--install', install, '--', 'npx', 'jest'])
    const { GLIBC_MATRIX_HOME, ...env } = project.env
    played = await playPipeline(installPlayer(temporaryDirectory()), project.directory, pipeline, env)
  })

  it('has a job for each column and shard, and one that merges', () => {
    const jobs = [...played.passed, ...played.failed].filter((job) => job.startsWith('glibc '))
    expect(new Set(jobs)).toEqual(
      new Set(columns.flatMap((column) => [1, 2, 3].map((shard) => `glibc ${column} ${shard}/3`))),
    )
    expect(played.exitCode).toBe(1)
  })

  it('merges to the grid of one machine', () => {
    const grid = read(played.artifact('merge', 'glibc-matrix.json'))
    expect(grid.gaps, played.output).toEqual([])
    expect(withoutPlaces(grid)).toEqual(withoutPlaces(whole))
  })
})

/** Each job has its own store and checkout: what is proven is compared, not where it lies. */
function withoutPlaces(grid: Grid): unknown {
  const text = JSON.stringify(comparable(grid))
  return JSON.parse(text.replaceAll(/\/[^"\s:,]*\/(?=[^"/\s:,]+)/g, '…/'))
}
