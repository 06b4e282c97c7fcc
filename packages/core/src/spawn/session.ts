import { chmodSync, mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { GlibcMatrixError } from '../errors.js'
import type { ColumnIdentity } from '../evidence/proof.js'
import { emulatorFor } from '../reroute/emulator.js'
import { hardLink } from '../reroute/hard-link.js'
import type { Runtime } from '../reroute/options.js'
import { type Seal, type SealPlace, sealSysroot } from '../reroute/seal.js'
import type { StrategyName, StrategyOption } from '../reroute/strategies/strategy.js'
import type { Sysroot } from '../sysroot/sysroot.js'
import { startAccountant } from './accountant.js'
import { checkStrategy, checkStrategyAcross } from './available-strategies.js'
import { mayRun, nobody } from './other-user.js'
import { makeRunDirectory, runFailure } from './run-directories.js'
import { chooseStartPage } from './start-page.js'

/** A column of the matrix: its sysroot, or why there is none. */
export interface Column {
  readonly name: string
  readonly spec: string
  readonly glibc: string | null
  readonly sysroot: Sysroot | null
  /** Why the column is skipped; null for one that runs. */
  readonly skip: string | null
}

export interface SealedColumn extends Column {
  readonly seal: Seal | null
  /** For children of other users, where root's sysroot lies out of their reach; null: they use the one above. */
  readonly sealForOthers: Seal | null
}

/** Which programs count, as resolved from the configuration. */
export interface ProgramOptions {
  readonly root: string
  readonly programs: readonly string[] | null
  readonly exclude: readonly string[]
  readonly hostLibraries: 'allow' | 'refuse'
  readonly strategy: StrategyOption
  readonly accounting: 'auto' | 'exact' | 'shim'
  /** Whose libc Node runs on, where no suite says otherwise. */
  readonly runtime: Runtime
  /** The COMMAND of `run`: counts wherever it lies. */
  readonly always: boolean
}

/** How the reporter judges and where it writes. */
export interface ReportOptions {
  readonly root: string
  readonly incompatible: 'fail' | 'allow'
  readonly unproven: 'warn' | 'fail'
  /** Absolute path of the grid file, or null. */
  readonly outputFile: string | null
  /** Further reports, by the absolute paths of their files. */
  readonly reports: {
    readonly junit: string | null
    readonly html: string | null
    readonly markdown: string | null
    readonly github: 'auto' | 'never'
  }
  /** Absolute path of the directory of blobs, or null. */
  readonly blob: string | null
  /** Absolute path of the timings by which shards are cut, or null. */
  readonly timings: string | null
  /** Every column of the config, those too that GLIBC_MATRIX_ONLY leaves to other machines. */
  readonly planned: readonly { readonly name: string | null; readonly spec: string }[]
}

export interface SessionOptions {
  /** GLIBC_MATRIX_ONLY left columns out: a selector that names one of those is no mistake. */
  readonly narrowed: boolean
  readonly programs: ProgramOptions
  readonly report: ReportOptions
}

/** One run of a matrix, made by the main process and read by every worker and child. Plain data, kept in `file`. */
export interface Session {
  readonly format: 1
  readonly file: string
  readonly directory: string
  readonly journals: string
  readonly narrowed: boolean
  readonly programs: ProgramOptions
  readonly report: ReportOptions
  /** The strategies that this machine allows, of those that may be needed. */
  readonly strategies: readonly StrategyName[]
  readonly columns: readonly SealedColumn[]
}

const letters = '0123456789abcdefghijkmnoqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'

/**
 * Seals every column and writes the session file. The directory lives until `closeSession` or, after a kill, until the
 * next run sweeps it.
 *
 * @throws GlibcMatrixError SEAL_FAILED, EMULATOR_MISSING, STRATEGY_REFUSED, NO_SPACE.
 */
export function openSession(columns: readonly Column[], options: SessionOptions): Session {
  if (columns.length > letters.length) throw tooManyColumns(columns.length)
  const directory = makeRunDirectory()
  try {
    const journals = join(directory, 'j')
    mkdirSync(journals, { mode: 0o700 })
    const { root, programs, exclude } = options.programs
    const scope = { root, programs, exclude, node: realpathSync(process.execPath) }
    const host = hostOf(columns)
    const counts = host !== null && options.programs.accounting !== 'shim'
    const accountant = counts ? startAccountant(directory, journals) : ''
    const startPage = chooseStartPage(process.arch)
    const sealed = columns.map((column, index): SealedColumn => {
      if (column.sysroot === null || host === null) return { ...column, seal: null, sealForOthers: null }
      const emulator = emulatorFor(column.sysroot.machine, host.machine)
      const { machine } = column.sysroot
      if (machine !== host.machine) checkStrategyAcross(options.programs.strategy, column.name, machine)
      const letter = letters[index] as string
      const place = { directory, journals, host, scope, accountant, startPage, letter, emulator }
      const seal = sealSysroot(column.sysroot, place)
      return {
        ...column,
        seal,
        sealForOthers: sealOutOfReach(column.sysroot, { ...place, letter: `${place.letter}u` }),
      }
    })
    const file = join(directory, 'session.json')
    const strategies = checkStrategy(options.programs.strategy)
    const session: Session = { format: 1, file, directory, journals, ...options, strategies, columns: sealed }
    writeFileSync(file, JSON.stringify(session), { mode: 0o600 })
    // A child with another uid (root may start one) must reach its loader; the name can't be guessed or listed.
    if (process.getuid?.() === 0) for (const open of [directory, journals]) chmodSync(open, 0o711)
    return session
  } catch (error) {
    rmSync(directory, { recursive: true, force: true })
    throw runFailure(error, directory)
  }
}

/**
 * Root may start children of other users, who can't follow links into /root. Across file systems there are no hard links:
 * then ld.so tells such a child that it can't open the libc, and without a record its cell is unproven.
 */
function sealOutOfReach(sysroot: Sysroot, place: SealPlace): Seal | null {
  if (process.geteuid?.() !== 0 || mayRun(sysroot.libc.path, nobody)) return null
  try {
    return sealSysroot(sysroot, place, hardLink)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EXDEV') return null
    throw error
  }
}

export function closeSession(session: Session): void {
  rmSync(session.directory, { recursive: true, force: true })
}

/** @throws GlibcMatrixError SESSION_NOT_FOUND, FORMAT_TOO_NEW. */
export function readSession(file: string): Session {
  const session = parseSession(file)
  if (session.format === 1) return session
  throw new GlibcMatrixError(
    'FORMAT_TOO_NEW',
    `the session ${file} has format ${session.format}, this version reads format 1`,
    'Use one version of glibc-matrix in the main process and in its workers.',
  )
}

function parseSession(file: string): Session {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Session
  } catch (error) {
    throw new GlibcMatrixError(
      'SESSION_NOT_FOUND',
      `the session file ${file} can't be read`,
      'The run that made it has ended, or its directory was removed. Start the tests again through the configured runner.',
      { file },
      error,
    )
  }
}

/** What the evidence of each column is compared with. */
export function columnIdentities(session: Session): ColumnIdentity[] {
  const host = hostOf(session.columns)
  return session.columns.flatMap(({ name, sysroot, seal, sealForOthers }) => {
    if (sysroot === null || seal === null) return []
    const foreign = seal.libraries !== null
    const own = [...sysroot.libraryPath, seal.libraries, sealForOthers?.libraries ?? null].filter(
      (path) => path !== null,
    )
    return [
      {
        name,
        libc: sysroot.libc,
        provides: seal.provides,
        family: seal.family,
        directories: own.flatMap((path) => [path, realPathOf(path)]),
        libcBuildIds: session.columns.flatMap((column) => column.sysroot?.libc.buildId ?? []),
        loaders: [seal, sealForOthers].flatMap((one) => (one === null ? [] : startersOf(one))),
        silent: seal.silent ?? null,
        hostDirectories: foreign ? (host?.libraryPath ?? []) : [],
        ...(sysroot.musl && { musl: true }),
      },
    ]
  })
}

/** What execve(2) gets when a shim or the hook starts something. */
function startersOf({ loader, hostLoader, emulator = null }: Seal): string[] {
  return [loader, hostLoader, ...(emulator === null ? [] : [emulator])]
}

function realPathOf(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}

/** The host's own sysroot, which may lend libraries; null outside of Linux. */
export function hostOf(columns: readonly Column[]): Sysroot | null {
  return columns.find(({ spec }) => spec === 'host')?.sysroot ?? null
}

function tooManyColumns(count: number): GlibcMatrixError {
  return new GlibcMatrixError(
    'SEAL_FAILED',
    `${count} columns in one run, of which the sealed loaders' short paths name at most ${letters.length}`,
    'Run fewer at a time: GLIBC_MATRIX_ONLY=NAME,NAME picks columns.',
  )
}
