import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import type { Grid } from '../../packages/core/src/report/grid.js'
import { temporaryDirectory } from './directory.js'

const fixtures = fileURLToPath(new URL('../../fixtures/projects', import.meta.url))

/** A project of a user: outside of this repository, with what npm installs into it and nothing else. */
export interface Consumer {
  readonly directory: string
  /** The version of an installed package that the project itself resolves. */
  version(name: string): string
  install(packages: readonly string[], options?: readonly string[]): Promise<void>
  run(command: readonly string[], env?: Record<string, string>): Promise<Run>
}

export interface Run {
  readonly exitCode: number | undefined
  readonly stdout: string
  readonly stderr: string
  /** Both, as a terminal shows them. */
  readonly all: string
  /** `grid.json`; null when the run wrote none. */
  readonly grid: Grid | null
}

/** Makes a project from a fixture, or an empty one, and installs `packages` with `npm install`. */
export async function consumer(
  fixture: string | null,
  packages: readonly string[],
  options: readonly string[] = [],
): Promise<Consumer> {
  const directory = temporaryDirectory('consumer')
  if (fixture === null) writeFileSync(join(directory, 'package.json'), '{ "name": "empty", "private": true }\n')
  else cpSync(join(fixtures, fixture), directory, { recursive: true })
  const made = project(directory)
  await made.install(packages, options)
  return made
}

function project(directory: string): Consumer {
  const file = join(directory, 'grid.json')
  return {
    directory,
    version(name) {
      return JSON.parse(readFileSync(join(directory, 'node_modules', name, 'package.json'), 'utf8')).version
    },
    async install(packages, options = []) {
      const command = ['npm', 'install', '--save-dev', '--no-audit', '--no-fund', ...options, ...packages]
      const { exitCode, all } = await this.run(command)
      if (exitCode !== 0) throw new Error(`${command.join(' ')} exited with ${exitCode}:\n${all}`)
    },
    async run([program, ...args], env = {}) {
      rmSync(file, { force: true })
      const { exitCode, stdout, stderr, all } = await execa(program as string, args, {
        cwd: directory,
        reject: false,
        all: true,
        extendEnv: false,
        env: { ...cleanEnv(), ...env },
      })
      const grid = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Grid) : null
      return { exitCode, stdout, stderr, all, grid }
    },
  }
}

/** Without what npm and Vitest have set for this test, without this repository's `.bin` in PATH, and without colours. */
export function cleanEnv(): Record<string, string> {
  const own =
    /^(VITEST|NODE_(OPTIONS|ENV|PATH)$|TEST$|FORCE_COLOR|INIT_CWD|npm_(package|lifecycle|config_local_prefix)|GLIBC_MATRIX_(?!HOME|MIRROR))/
  const kept = Object.entries(process.env).filter(([name, value]) => value !== undefined && !own.test(name))
  const path = (process.env.PATH ?? '').split(delimiter).filter((entry) => !entry.endsWith(`node_modules${sep}.bin`))
  return { ...(Object.fromEntries(kept) as Record<string, string>), PATH: path.join(delimiter), NO_COLOR: '1', CI: '' }
}
