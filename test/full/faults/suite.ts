import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import type { Grid } from '../../../packages/core/src/report/grid.js'
import { temporaryDirectory } from '../directory.js'
import { compile } from '../fixture-programs.js'

export const root = fileURLToPath(new URL('../../..', import.meta.url))
export const bin = join(root, 'packages/cli/dist/bin.js')
const project = join(root, 'fixtures/projects/faults')

export type Runner = 'vitest' | 'jest'

/** A project whose suite starts programs in many ways, with a store of its own: what is removed there is nobody else's. */
export interface Suite {
  readonly directory: string
  readonly home: string
  readonly programs: string
  readonly env: Readonly<Record<string, string>>
  command(runner: Runner): readonly string[]
  /** Forgets what an earlier run left. */
  clear(): void
  grid(): Grid | null
  /** What each test that ended saw by itself, whatever the grid says. */
  witnesses(): readonly Witness[]
}

export interface Witness {
  readonly column: string
  readonly suite: string
  readonly test: string
  /** What its programs said: `ran VERSION …`. */
  readonly said: readonly string[]
}

export async function makeSuite(files: number): Promise<Suite> {
  const directory = temporaryDirectory('faults')
  const home = join(directory, 'home')
  const programs = await compile('tells-libc')
  cpSync(project, directory, { recursive: true, filter: (path) => !path.endsWith('/node_modules') })
  symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'))
  mkdirSync(join(directory, 'test'))
  for (let file = 0; file < files; file++)
    writeFileSync(join(directory, 'test', `${file}.test.mjs`), readFileSync(join(project, 'one.test.mjs')))
  const archive = join(directory, '2.31.sysroot.tar.gz')
  await execa(process.execPath, [bin, 'add', 'debian:bullseye'])
  await execa(process.execPath, [bin, 'pack', 'debian:bullseye', '--out', archive])
  const [grid, witness] = [join(directory, 'grid.json'), join(directory, 'witness')]
  const own = { GLIBC_MATRIX_HOME: home, FAULTS_PROGRAMS: programs, FAULTS_WITNESS: witness, FAULTS_GRID: grid }
  const env = { PATH: process.env.PATH ?? '', HOME: directory, NO_COLOR: '1', ...own, FAULTS_ARCHIVE: archive }
  await execa(process.execPath, [bin, 'add', `archive:${archive}`], { cwd: directory, env, extendEnv: false })
  const suite: Suite = {
    directory,
    home,
    programs,
    env,
    command: (runner) => [process.execPath, ...commands[runner]],
    clear() {
      writeFileSync(grid, '')
      writeFileSync(witness, '')
    },
    grid() {
      const text = existsSync(grid) ? readFileSync(grid, 'utf8') : ''
      return text === '' ? null : (JSON.parse(text) as Grid)
    },
    witnesses() {
      const lines = readFileSync(witness, 'utf8').split('\n')
      return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Witness)
    },
  }
  suite.clear()
  appendFileSync(witness, '')
  return suite
}

/** Directories of a store are read-only to their user too. */
export async function removeStore(directory: string): Promise<void> {
  await execa('chmod', ['-R', 'u+w', directory])
  rmSync(directory, { recursive: true, force: true })
}

const commands: Readonly<Record<Runner, readonly string[]>> = {
  vitest: [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--no-color'],
  jest: ['--experimental-vm-modules', '--no-warnings', join(root, 'node_modules/jest/bin/jest.js'), '--ci'],
}
