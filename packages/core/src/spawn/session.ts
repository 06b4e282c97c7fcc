import { chmodSync, mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { GlibcMatrixError } from '../errors.js'
import { emulatorFor } from '../reroute/emulator.js'
import type { Runtime } from '../reroute/options.js'
import { checkSealable } from '../reroute/seal.js'
import type { StrategyName, StrategyOption } from '../reroute/strategies/strategy.js'
import type { Sysroot } from '../sysroot/sysroot.js'
import { startAccountant } from './accountant.js'
import { checkStrategy, checkStrategyAcross } from './available-strategies.js'
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

export interface SessionColumn extends Column {
  /** What the names of its seal's files begin with. */
  readonly letter: string
  /** What runs its programs, where the kernel doesn't. */
  readonly emulator: string | null
}

/** What the seals of a run have in common. */
export interface Sealing {
  /** Socket of the accountant; empty: nobody counts. */
  readonly accountant: string
  /** Address of the page of paths, in hexadecimal: JSON has no large integers. */
  readonly startPage: string
  /** The real path of the main process's Node. */
  readonly node: string
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
  readonly columns: readonly SessionColumn[]
  readonly sealing: Sealing
}

const letters = '0123456789abcdefghijkmnoqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'

/**
 * Sees that every column can be sealed, and writes the session file; the seals are made where they are needed
 * (./seals.ts). The directory lives until `closeSession` or, after a kill, until the next run sweeps it.
 *
 * @throws GlibcMatrixError SEAL_FAILED, EMULATOR_MISSING, STRATEGY_REFUSED, NO_SPACE.
 */
export function openSession(columns: readonly Column[], options: SessionOptions): Session {
  if (columns.length > letters.length) throw tooManyColumns(columns.length)
  const directory = makeRunDirectory()
  try {
    const journals = join(directory, 'j')
    mkdirSync(journals, { mode: 0o700 })
    const host = hostOf(columns)
    const counts = host !== null && options.programs.accounting !== 'shim'
    const sealing: Sealing = {
      accountant: counts ? startAccountant(directory, journals) : '',
      startPage: `0x${chooseStartPage(process.arch).toString(16)}`,
      node: realpathSync(process.execPath),
    }
    const named = columns.map((column, index) => sealable(column, letters[index] as string, directory, host, options))
    const file = join(directory, 'session.json')
    const strategies = checkStrategy(options.programs.strategy)
    const session: Session = { format: 1, file, directory, journals, ...options, strategies, columns: named, sealing }
    writeFileSync(file, JSON.stringify(session), { mode: 0o600 })
    // A child with another uid (root may start one) must reach its loader; the name can't be guessed or listed.
    if (process.getuid?.() === 0) for (const open of [directory, journals]) chmodSync(open, 0o711)
    return session
  } catch (error) {
    rmSync(directory, { recursive: true, force: true })
    throw runFailure(error, directory)
  }
}

function sealable(
  column: Column,
  letter: string,
  directory: string,
  host: Sysroot | null,
  { programs }: SessionOptions,
): SessionColumn {
  const { name, sysroot } = column
  if (sysroot === null || host === null) return { ...column, letter, emulator: null }
  const emulator = emulatorFor(sysroot.machine, host.machine)
  if (sysroot.machine !== host.machine) checkStrategyAcross(programs.strategy, name, sysroot.machine)
  checkSealable(sysroot, { directory, letter, host })
  return { ...column, letter, emulator }
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
