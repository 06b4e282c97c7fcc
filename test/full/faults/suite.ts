import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
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
  /** `glibc-matrix ARGS`, as the suite's user. */
  cli(...args: readonly string[]): readonly string[]
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

/** Root, or whoever runs the tests, and a normal user whom root becomes. */
export type User = 'own' | 'nobody'

export async function makeSuite(files: number, user: User = 'own'): Promise<Suite> {
  const directory = temporaryDirectory('faults')
  const place = user === 'own' ? root : mountedAt
  const home = join(directory, 'home')
  const programs = await compile('tells-libc')
  cpSync(project, directory, { recursive: true, filter: (path) => !path.endsWith('/node_modules') })
  linkModules(join(place, 'node_modules'), join(directory, 'node_modules'))
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
    command: (runner) => asUser(user, [process.execPath, ...commandOf(runner, place)]),
    cli: (...args) => asUser(user, [process.execPath, join(place, 'packages/cli/dist/bin.js'), ...args]),
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
  if (user === 'nobody') await execa('chown', ['-R', '65534:65534', directory, programs])
  return suite
}

/** Directories of a store are read-only to their user too. */
export async function removeStore(directory: string): Promise<void> {
  await execa('chmod', ['-R', 'u+w', directory])
  rmSync(directory, { recursive: true, force: true })
}

/** Vite writes beside the modules. */
function linkModules(from: string, to: string): void {
  mkdirSync(to)
  for (const name of readdirSync(join(root, 'node_modules')).filter((each) => !each.startsWith('.')))
    symlinkSync(join(from, name), join(to, name))
}

function commandOf(runner: Runner, place: string): readonly string[] {
  const modules = join(place, 'node_modules')
  if (runner === 'vitest') return [join(modules, 'vitest/vitest.mjs'), 'run', '--no-color']
  return ['--experimental-vm-modules', '--no-warnings', join(modules, 'jest/bin/jest.js'), '--ci']
}

/** Where nobody finds this repository, which may lie below a directory of root's. */
const mountedAt = '/mnt'

/** The process stays the one that is started: unshare(1), sh and setpriv(1) execute what follows. */
function asUser(user: User, command: readonly string[]): readonly string[] {
  if (user === 'own') return command
  const text = 'mount --bind "$0" "$1" && shift && exec setpriv --reuid 65534 --regid 65534 --clear-groups -- "$@"'
  return ['unshare', '-m', 'sh', '-c', text, root, mountedAt, ...command]
}
