import { cpSync, existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { buildPrograms } from '../../../fixtures/programs/build.mjs'
import type { Cell, Grid } from '../../../packages/core/src/report/grid.js'
import { bin, type Outcome, temporaryDirectory } from './command.js'

const root = fileURLToPath(new URL('../../..', import.meta.url))

/** A copy of fixtures/projects/fan-out, whose suites Vitest, Jest and plain commands share among jobs. */
export interface FanOut {
  readonly directory: string
  readonly programs: string
  /** The environment of a job, without what the Vitest that runs this test has set. */
  readonly env: Record<string, string>
  vitest(args?: readonly string[], env?: Record<string, string>): Promise<Outcome>
  jest(args?: readonly string[], env?: Record<string, string>): Promise<Outcome>
  glibcMatrix(args: readonly string[], env?: Record<string, string>): Promise<Outcome>
  /** What a file of JSON in it holds. */
  json<T>(name: string): T
}

export async function fanOut(sysroots?: Record<string, string>): Promise<FanOut> {
  const directory = temporaryDirectory()
  const programs = temporaryDirectory()
  await buildPrograms(programs, ['print-libc', 'uses-strlcpy'])
  cpSync(join(root, 'fixtures/projects/fan-out'), directory, { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'))
  const file = join(directory, 'glibc-matrix.config.json')
  const config = JSON.parse(readFileSync(file, 'utf8')) as object
  if (sysroots !== undefined) writeFileSync(file, JSON.stringify({ ...config, sysroots }))
  const env = { ...cleanEnv(), PROGRAMS: programs }
  const start = async (args: readonly string[], more: Record<string, string> = {}): Promise<Outcome> => {
    const options = {
      cwd: directory,
      reject: false,
      stdin: 'ignore',
      extendEnv: false,
      env: { ...env, ...more },
    } as const
    const { exitCode, stdout, stderr } = await execa(process.execPath, [...args], options)
    return { exitCode, stdout, stderr }
  }
  return {
    directory,
    programs,
    env,
    vitest: (args = [], more) => start([join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...args], more),
    jest: (args = [], more) => start([join(root, 'node_modules/jest/bin/jest.js'), ...args], more),
    glibcMatrix: (args, more) => start([bin, ...args], more),
    json<T>(name: string) {
      const path = join(directory, name)
      if (!existsSync(path)) throw new Error(`${name} was not written`)
      return JSON.parse(readFileSync(path, 'utf8')) as T
    },
  }
}

/** All of a grid that two runs of the same must have in common: neither times, process ids nor places in /tmp. */
export function comparable({ columns, rows }: Grid): object {
  const cellOf = ({ state, reason, output, records }: Cell) => ({
    state,
    reason,
    output: output?.replaceAll(/\/tmp\/\w+/g, '/tmp/…'),
    records: records.map(({ pid, ppid, ...record }) => record),
  })
  return {
    columns,
    rows: rows.map(({ suite, test, cells }) => ({
      ...{ suite, test },
      cells: Object.fromEntries(columns.map(({ name }) => [name, cells[name] && cellOf(cells[name])])),
    })),
  }
}

function cleanEnv(): Record<string, string> {
  const own =
    /^(VITEST|NODE_OPTIONS|NODE_ENV$|TEST$|PROD$|DEV$|SSR$|MODE$|BASE_URL$|FORCE_COLOR|CI$|GLIBC_MATRIX_(?!HOME|MIRROR))/
  const kept = Object.entries(process.env).filter(([name, value]) => value !== undefined && !own.test(name))
  return { ...(Object.fromEntries(kept) as Record<string, string>), NO_COLOR: '1' }
}
