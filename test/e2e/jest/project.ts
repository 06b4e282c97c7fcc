import { cpSync, existsSync, readFileSync, realpathSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import tmp from 'tmp'
import type { Grid } from '../../../packages/core/src/report/grid.js'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const { buildPrograms } = (await import(join(root, 'fixtures/programs/build.mjs'))) as {
  buildPrograms(out: string, names?: readonly string[]): Promise<Record<string, string>>
}

export interface Project {
  readonly directory: string
  jest(args?: readonly string[], env?: Record<string, string>): Promise<JestRun>
  /** Jest while it watches. */
  start(args: readonly string[]): WatchingJest
}

export interface WatchingJest {
  /** What the pattern's group holds in the output that comes after the last match. */
  until(pattern: RegExp): Promise<string>
  end(): Promise<void>
}

export interface JestRun {
  readonly exitCode: number | undefined
  readonly stdout: string
  readonly stderr: string
  /** The grid file; null when none was written. */
  readonly grid: Grid | null
}

/** Compiles the fixture programs once for a test file. */
export async function compile(): Promise<string> {
  const directory = temporary()
  await buildPrograms(directory, ['print-libc', 'print-libc-static', 'uses-strlcpy'])
  return directory
}

/** A copy of fixtures/projects/jest-NAME that may be written to; the workspace's packages are found through a link. */
export function project(name: string, programs: string): Project {
  const directory = temporary()
  cpSync(join(root, 'fixtures/projects', `jest-${name}`), directory, { recursive: true })
  symlinkSync(join(tree, 'node_modules'), join(directory, 'node_modules'))
  const file = join(directory, 'grid.json')
  return {
    directory,
    async jest(args = [], env = {}) {
      const { exitCode, stdout, stderr } = await launch(args, { cwd: directory, env: { PROGRAMS: programs, ...env } })
      const grid = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Grid) : null
      return { exitCode, stdout, stderr, grid }
    },
    start(args) {
      return watching(launch(args, { cwd: directory, env: { PROGRAMS: programs } }))
    },
  }
}

function launch(args: readonly string[], { cwd, env }: { cwd: string; env: Record<string, string> }) {
  const options = { cwd, env: { ...cleanEnv(), ...env }, extendEnv: false, reject: false } as const
  return execa(process.execPath, [jestPath, ...args], options)
}

function watching(child: ReturnType<typeof launch>): WatchingJest {
  let output = ''
  const chunks = child.iterable({ from: 'stderr' })[Symbol.asyncIterator]()
  return {
    async until(pattern) {
      for (;;) {
        const match = pattern.exec(output)
        if (match) {
          output = output.slice(match.index + match[0].length)
          return match[1] ?? ''
        }
        const { value, done } = await chunks.next()
        if (done) throw new Error(`Jest ended before ${pattern} came, after ${output}`)
        output += `${value}\n`
      }
    },
    async end() {
      child.kill()
      await child
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

/** Another tree, with another version of Jest and our packages installed, may be tested instead of the workspace's. */
const tree = process.env.JEST_TREE ?? root
const jestPath = join(tree, 'node_modules/jest/bin/jest.js')

/** Without what the Vitest that runs this test has set, and without colours. */
function cleanEnv(): Record<string, string> {
  const own = /^(VITEST|NODE_OPTIONS|NODE_ENV|TEST$|FORCE_COLOR|GLIBC_MATRIX_(?!HOME|MIRROR))/
  const kept = Object.entries(process.env).filter(([name, value]) => value !== undefined && !own.test(name))
  return { ...(Object.fromEntries(kept) as Record<string, string>), NO_COLOR: '1', CI: '' }
}

function temporary(): string {
  return realpathSync(tmp.dirSync({ unsafeCleanup: true, prefix: 'glibc-matrix-jest' }).name)
}
