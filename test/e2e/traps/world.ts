import { type SpawnSyncOptions, spawnSync } from 'node:child_process'
import { chmodSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { dirSync } from 'tmp'
import { buildPrograms } from '../../../fixtures/programs/build.mjs'
import {
  type Attachment,
  attach,
  closeSession,
  gridOf,
  loadConfig,
  prepareMatrix,
  type Session,
  uninstall,
} from './built.js'
import { furnish } from './furnish.js'

/** One start of a trap in one column. */
export interface Sprung {
  readonly state: string
  readonly reason: string
  /** What the programs said themselves: `2.31 4711:/store/lib/libc-2.31.so`. */
  readonly said: readonly string[]
  readonly mapped: number
}

export type StrategyOption = 'loader' | 'patch' | 'namespace' | 'auto'
export const strategies: readonly StrategyOption[] = ['loader', 'patch', 'namespace', 'auto']

export type Options = Pick<SpawnSyncOptions, 'uid' | 'gid' | 'cwd' | 'env' | 'input' | 'timeout'>

export interface World {
  readonly directory: string
  readonly columns: readonly string[]
  /** glibc and inode of a column's libc. */
  identityOf(column: string): { readonly glibc: string | null; readonly inode: string | undefined }
  /** The test passes whatever becomes of the command, so that the cell is what the evidence says; a `checked` one as it exits. */
  spring(name: string, argv: readonly string[], options?: Options, checked?: boolean): void
  /** What a command prints in a column; null: without the hook. */
  observe(column: string | null, argv: readonly string[]): { status: number | null; stdout: string; stderr: string }
  results(): ReadonlyMap<string, ReadonlyMap<string, Sprung>>
  close(): void
}

const released = ['debian:bullseye', 'debian:bookworm', 'debian:trixie', 'debian:forky', 'debian:experimental']

export interface WorldOptions {
  readonly strategy?: StrategyOption
  readonly sysroots?: readonly string[]
  /** Further fixture programs, and what else a world needs in its directory. */
  readonly programs?: readonly string[]
  readonly more?: ((directory: string) => void) | undefined
}

/** Compiles the programs, opens a session over all sysroots, and lets commands run in each column as a test would. */
export async function makeWorld(options: WorldOptions = {}): Promise<World> {
  const { strategy = 'loader', sysroots = released, programs = [], more } = options
  const directory = realpathSync(dirSync({ unsafeCleanup: true, prefix: 'glibc-matrix-traps-' }).name)
  chmodSync(directory, 0o755)
  await buildPrograms(directory, [
    ...['tells-libc', 'tells-libc-static', 'tells-libc-static-pie', 'opens-library', 'reads-payload', ...programs],
    ...['starts-oddly', 'starts-oddly-early', 'starts-oddly-static'],
  ])
  furnish(directory)
  more?.(directory)
  // A program that is named can be shown to a whole mount namespace; for the other strategies it changes nothing.
  const named = [join(directory, 'tells-libc'), '**']
  const overrides = { sysroots: [...sysroots], strategy, programs: named, exclude: ['static-tool'] }
  const session = await prepareMatrix(await loadConfig({ cwd: directory, overrides }), { install: true })
  return inSession(session, directory)
}

function inSession(session: Session, directory: string): World {
  const columns = session.columns.map(({ name }) => name)
  const log = join(directory, 'log')
  const said = new Map<string, string[]>()
  const tests: Parameters<typeof gridOf>[1][number][] = []
  return {
    directory,
    columns,
    identityOf(column) {
      const found = session.columns.find(({ name }) => name === column)
      return { glibc: found?.glibc ?? null, inode: found?.sysroot?.libc.inode }
    },
    spring(test, argv, options = {}, checked = false) {
      for (const column of columns) {
        writeFileSync(log, '')
        chmodSync(log, 0o666)
        const attachment: Attachment = attach({ session: session.file, column, file: 'traps' })
        const { stdout, status } = attachment.runInTest(test, 0, () => start(argv, options))
        const output = `${stdout}${readFileSync(log, 'utf8')}`
        said.set(
          `${test}\0${column}`,
          [...output.matchAll(/^ran (.*)$/gm)].map(([, line = '']) => line),
        )
        tests.push({ column, suite: 'traps', test, state: checked && status !== 0 ? 'fail' : 'pass', durationMs: 0 })
      }
    },
    observe(column, argv) {
      if (column === null) uninstall()
      const run = () => start(argv, { cwd: directory, env: { PATH: process.env.PATH, ONE: '1', 'odd name': 'x=y' } })
      const { status, stdout, stderr } =
        column === null ? run() : attach({ session: session.file, column, file: 'seen' }).runInTest('seen', 0, run)
      return { status, stdout: String(stdout), stderr: String(stderr) }
    },
    results() {
      const { rows } = gridOf(session, tests)
      return new Map(
        rows.map(({ test, cells }) => {
          const sprung = columns.map((column) => {
            const { state = 'missing', reason = '', records = [] } = cells[column] ?? {}
            const mapped = records.filter(({ proof }) => proof === 'mapped').length
            return [column, { state, reason, said: said.get(`${test}\0${column}`) ?? [], mapped }] as const
          })
          return [test, new Map(sprung)] as const
        }),
      )
    },
    close() {
      uninstall()
      closeSession(session)
    },
  }
}

function start([file = '', ...args]: readonly string[], options: Options) {
  return spawnSync(file, args, { encoding: 'utf8', timeout: 60_000, ...options })
}
