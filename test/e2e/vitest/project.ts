import { cpSync, existsSync, readFileSync, realpathSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import tmp from 'tmp'
import { buildPrograms } from '../../../fixtures/programs/build.mjs'
import type { Grid } from '../../../packages/core/src/report/grid.js'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const vitestPath = join(root, 'node_modules/vitest/vitest.mjs')

export interface Project {
  readonly directory: string
  vitest(args: readonly string[], env?: Record<string, string>): Promise<VitestRun>
}

export interface VitestRun {
  readonly exitCode: number | undefined
  readonly stdout: string
  readonly stderr: string
  /** The grid file; null when none was written. */
  readonly grid: Grid | null
}

/** Compiles the fixture programs once for a test file. */
export async function compile(): Promise<string> {
  const directory = temporary()
  await buildPrograms(directory, ['print-libc', 'uses-strlcpy'])
  return directory
}

/** A copy of fixtures/projects/vitest-NAME that may be written to; the workspace's packages are found through a link. */
export function project(name: string, programs: string): Project {
  const directory = temporary()
  cpSync(join(root, 'fixtures/projects', `vitest-${name}`), directory, {
    recursive: true,
    filter: (path) => !path.endsWith('/node_modules'),
  })
  symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'))
  let runs = 0
  return {
    directory,
    async vitest(args, env = {}) {
      runs += 1
      const file = join(directory, `grid-${runs}.json`)
      const { exitCode, stdout, stderr } = await execa(process.execPath, [vitestPath, ...args], {
        cwd: directory,
        reject: false,
        stdin: 'ignore',
        extendEnv: false,
        env: { ...cleanEnv(), FIXTURE_PROGRAMS: programs, GRID_FILE: file, ...env },
      })
      const grid = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Grid) : null
      return { exitCode, stdout, stderr, grid }
    },
  }
}

/** `suite > test: states of the columns in their order`, for comparing a grid at a glance. */
export function cells(grid: Grid | null): Record<string, string> {
  const rows = (grid?.rows ?? []).map(({ suite, test, cells }) => {
    const states = (grid?.columns ?? []).map(({ name }) => cells[name]?.state)
    return [`${suite} > ${test}`, states.join(' ')] as const
  })
  return Object.fromEntries(rows)
}

/** An empty directory of this test, removed with it. */
export function temporary(): string {
  return realpathSync(tmp.dirSync({ unsafeCleanup: true, prefix: 'glibc-matrix-vitest' }).name)
}

/** Without what the Vitest that runs this test has set, and without colours. */
export function cleanEnv(): Record<string, string> {
  const own =
    /^(VITEST|NODE_OPTIONS|NODE_ENV$|TEST$|PROD$|DEV$|SSR$|MODE$|BASE_URL$|FORCE_COLOR|CI$|GLIBC_MATRIX_(?!HOME|MIRROR))/
  const kept = Object.entries(process.env).filter(([name, value]) => value !== undefined && !own.test(name))
  return { ...(Object.fromEntries(kept) as Record<string, string>), NO_COLOR: '1' }
}
